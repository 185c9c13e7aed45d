# One image for web, workers and beat; docker-compose.yml says which is which.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

COPY lock/base.txt lock/languagetool.txt lock/
RUN pip install -r lock/base.txt -r lock/languagetool.txt

# The ML extra is an argument, because it is a gigabyte: docker compose build --build-arg WITH_ML=1
ARG WITH_ML=0
COPY lock/ml.txt lock/ml.txt
RUN if [ "$WITH_ML" = 1 ]; then \
      pip install --index-url https://download.pytorch.org/whl/cpu "$(grep '^torch==' lock/ml.txt)" \
      && pip install -r lock/ml.txt; \
    fi

COPY . .
RUN pip install --no-deps -e . \
    && useradd --system --create-home scriptorium \
    && mkdir -p /app/var && chown scriptorium /app/var \
    && SCRIPTORIUM_VAR=/app/var python manage.py collectstatic --noinput -v0 \
    && rm -f /app/var/secret_key && chown -R scriptorium /app/var

USER scriptorium
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "4", "--respawn-failed-workers", "--no-ws", "config.wsgi:application"]
