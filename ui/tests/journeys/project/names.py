"""Names as people may give them; each is text wherever it is shown."""

from penstock import Pipeline

names = Pipeline(
    "a-pipeline-with-a-name-that-goes-on-and-on-until-nobody-can-see-where-it-ends",
    namespace="überall.東京",
    description="<img src=x onerror=alert(1)> \u202eright to left\u202c \U0001f6b0",
    labels={"owner": "<script>alert(1)</script>", "note": "a long label " * 12},
)


@names.task(name="a.task.deep.in.many.namespaces.with_a_long_name_as_well")
def deep() -> str:
    print("<b>bold</b> \u202etxet\u202c \U0001f6b0")
    return "<script>alert(1)</script>"


@names.task(name="größe", inputs={"text": "a.task.deep.in.many.namespaces.with_a_long_name_as_well"})
def size(text: str) -> int:
    return len(text)
