from generation.admin import catalogue, jobs, workers

__all__ = ["catalogue", "jobs", "workers"]
