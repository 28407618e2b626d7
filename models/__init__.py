"""What a model is: claim and listing model, calibration, policy, explanation, the artefact."""
