"""The site with one more address: the least that a call behind the door can do."""

from django.db import connection
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Rule
from klikyai.urls import urlpatterns as site


class Bare(APIView):
    access = Rule.USER

    def get(self, request: Request) -> Response:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return Response({"one": cursor.fetchone()})


urlpatterns = [path("bare", Bare.as_view()), *site]
