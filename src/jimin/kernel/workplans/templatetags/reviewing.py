"""What a revised row says against the one before."""

from django import template

from ..services.comparing import differences

register = template.Library()
register.filter("differences", differences)
