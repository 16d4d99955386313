from django.urls import URLPattern, URLResolver, path

from media.api import assets, content, links, parts, projects, tags, uploads
from media.pages import content as content_page
from media.pages import library, shared

# Mounted under /api/v1/ and at the root, in this order, by klikyai/urls.py.
api_urlpatterns: list[URLPattern | URLResolver] = [
    path("assets", assets.Assets.as_view(), name="api-assets"),
    path("assets/archive", content.Archive.as_view(), name="api-archive"),
    path("assets/<uuid:asset_id>", assets.OneAsset.as_view(), name="api-asset"),
    path("assets/<uuid:asset_id>/content", content.AssetContent.as_view(), name="api-asset-content"),
    path("assets/<uuid:asset_id>/links", links.Links.as_view(), name="api-asset-links"),
    path("assets/<uuid:asset_id>/links/<uuid:link_id>", links.OneLink.as_view(), name="api-asset-link"),
    path("uploads", uploads.Uploads.as_view(), name="api-uploads"),
    path("uploads/<uuid:upload_id>", uploads.OneUpload.as_view(), name="api-upload"),
    path("uploads/<uuid:upload_id>/parts", parts.Parts.as_view(), name="api-upload-parts"),
    path("uploads/<uuid:upload_id>/arrival", parts.Arrival.as_view(), name="api-upload-arrival"),
    path("tags", tags.Tags.as_view(), name="api-tags"),
    path("projects", projects.Projects.as_view(), name="api-projects"),
    path("projects/<uuid:project_id>", projects.OneProject.as_view(), name="api-project"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("content/<str:token>", content_page.content, name="content"),
    path("shared/<str:token>/", shared.shared, name="shared"),
    path("library/", library.library, name="library"),
    path("library/add/", library.add, name="library-add"),
    path("library/<uuid:asset_id>/", library.asset, name="library-asset"),
    path("library/<uuid:asset_id>/star/", library.star, name="library-star"),
    path("library/<uuid:asset_id>/trash/", library.throw_away, name="library-throw-away"),
    path("library/<uuid:asset_id>/undo/", library.take_back, name="library-take-back"),
    path("library/<uuid:asset_id>/share/", library.share, name="library-share"),
    path("library/<uuid:asset_id>/links/<uuid:link_id>/revoke/", library.revoke, name="library-revoke"),
    path("shared/<str:token>/report/", library.report, name="shared-report"),
    path("shared/<str:token>/content", shared.shared_content, name="shared-content"),
]
