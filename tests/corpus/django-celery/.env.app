# Shared by all roles.
DJANGO_SETTINGS_MODULE=app.settings
CACHE_URL=redis://redis:6379/1
