"""Knowledge that a person can defend row by row, as reviewed text; read only through `data`."""
