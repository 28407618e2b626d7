"""The version of the code, its one home: packaging and manifests read it here."""

__version__ = "0.1.0"
