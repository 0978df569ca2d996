"""EDGE kagglehub, run in an environment of its own (.venv-fetch): download the data set, print the folder's path."""

import sys

DATASET = "mkechinov/ecommerce-events-history-in-electronics-store"


def main() -> int:
    """0 and one line with the folder; 1 and one line with the reason."""
    import kagglehub

    try:
        print(f"folder={kagglehub.dataset_download(DATASET)}")
    except Exception as error:
        # Network, credentials, terms not accepted: each layer of the client has errors of its own.
        print(
            f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
