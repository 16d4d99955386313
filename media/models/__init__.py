from media.models.asset import Asset, Derivative
from media.models.sharing import AbuseReport, ShareLink
from media.models.shelves import Project, Tag, Tagging
from media.models.space import Space
from media.models.upload import Upload

__all__ = ["AbuseReport", "Asset", "Derivative", "Project", "ShareLink", "Space", "Tag", "Tagging", "Upload"]
