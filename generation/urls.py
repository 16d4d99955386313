from django.urls import URLPattern, URLResolver, path

from generation.api import events, jobs, presets, providers, quotes, tools
from generation.api.openai import images, models
from generation.pages import studio

# Mounted under /api/v1/ and at the root, in this order, by klikyai/urls.py.
api_urlpatterns: list[URLPattern | URLResolver] = [
    path("tools", tools.Tools.as_view(), name="api-tools"),
    path("tools/<str:tool>", tools.OneTool.as_view(), name="api-tool"),
    path("quotes", quotes.Quotes.as_view(), name="api-quotes"),
    path("presets", presets.Presets.as_view(), name="api-presets"),
    path("presets/<uuid:preset_id>", presets.OnePreset.as_view(), name="api-preset"),
    path("jobs", jobs.Jobs.as_view(), name="api-jobs"),
    path("jobs/<uuid:job_id>", jobs.OneJob.as_view(), name="api-job"),
    path("jobs/<uuid:job_id>/events", events.Events.as_view(), name="api-job-events"),
    path("jobs/<uuid:job_id>/cancellation", jobs.Cancellation.as_view(), name="api-job-cancellation"),
    path("jobs/<uuid:job_id>/retry", jobs.Retry.as_view(), name="api-job-retry"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("studio/", studio.studio, name="studio"),
    path("studio/<slug:name>/", studio.tool, name="studio-tool"),
    path("providers/<slug:provider>/callbacks/", providers.Callbacks.as_view(), name="provider-callbacks"),
    path("v1/models", models.Models.as_view(), name="openai-models"),
    path("v1/models/<str:model>", models.OneModel.as_view(), name="openai-model"),
    path("v1/images/generations", images.Generations.as_view(), name="openai-generations"),
    path("v1/images/edits", images.Edits.as_view(), name="openai-edits"),
]
