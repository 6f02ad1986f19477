import { NativeSelect, Switch, Textarea, TextInput } from "@mantine/core";
import { jsonText, saidText } from "../domain/json";
import { fieldOf, hintOf, textOf, type Param } from "../domain/params";

interface Props {
  param: Param;
  text: string;
  problem?: string | undefined;
  /** The form opens on it. */
  first?: boolean;
  onChange: (text: string) => void;
}

/** One param of a run, asked for in the way of its type. */
export function ParamField({ param, text, problem, first = false, onChange }: Props) {
  const shared = {
    label: param.name,
    description: hintOf(param) || undefined,
    error: problem,
    required: param.required,
    name: `param-${param.name}`,
    "data-autofocus": first || undefined,
  };
  const placeholder = param.default === null || textOf(param, param.default) === "" ? "" : `default: ${textOf(param, param.default)}`;
  switch (fieldOf(param)) {
    case "switch":
      return (
        <Switch {...shared} required={false} checked={text === "true"} onChange={(event) => onChange(String(event.currentTarget.checked))} />
      );
    case "choice": {
      const data = param.choices.map((choice) => ({ value: jsonText(choice), label: saidText(choice) }));
      if (text === "") data.unshift({ value: "", label: param.required ? "choose" : "the default" });
      return <NativeSelect {...shared} data={data} value={text} onChange={(event) => onChange(event.currentTarget.value)} />;
    }
    case "json":
      return (
        <Textarea
          {...shared} autosize minRows={1} maxRows={12} value={text} placeholder={placeholder} spellCheck={false}
          styles={{ input: { fontFamily: "var(--pn-mono)", fontSize: 12 } }} onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    default:
      return (
        <TextInput
          {...shared} value={text} placeholder={placeholder} spellCheck={false} autoComplete="off"
          type={param.type === "date" ? "date" : "text"} inputMode={fieldOf(param) === "number" ? "decimal" : undefined}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}
