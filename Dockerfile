# The dashboard for others to see: docs/hosting.md says how to run it.
#
#     docker build -t overfit-lens .
#     docker run --read-only -v overfit-lens:/data -p 8501:8501 -e OVERFIT_LENS_MODE=demo overfit-lens

FROM python:3.11-slim AS packages

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
WORKDIR /packages
COPY requirements.txt requirements.lock ./
# torch without CUDA, from where its makers publish it (or a mirror), by version; the rest by hash.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN grep -E '^(torch|torchvision)==' requirements.txt > torch.txt \
 && /venv/bin/pip install --no-compile --index-url $TORCH_INDEX -r torch.txt \
 && /venv/bin/pip install --no-compile --require-hashes --no-deps -r requirements.lock

FROM python:3.11-slim

COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1

WORKDIR /app
COPY app.py LICENSE ./
COPY .streamlit/config.toml .streamlit/
COPY bin bin
COPY core core
COPY pages pages
COPY server server
COPY static static
COPY dataset/toy_books dataset/toy_books
COPY runs/examples runs/examples
COPY docs docs

# The user's number is the one that Hugging Face's Spaces want.
RUN useradd --uid 1000 --create-home lens && mkdir /data && chown lens /data
USER lens
ENV OVERFIT_LENS_RUNS=/data/runs PORT=8501
VOLUME /data
EXPOSE 8501

# Within the container: no tool but Python is sure to be there.
HEALTHCHECK --interval=30s --timeout=5s --start-period=40s \
  CMD ["python3", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]

CMD ["bin/serve"]
