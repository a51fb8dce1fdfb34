using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelPack.Architectures.Names;

/// <summary>Experts in one tensor of all. Where a table of names has a row for each matrix of an expert, transformers from 5 on may save
/// those of a layer as its modules hold them: the gates over the ups, and the downs, [experts, out, in] each (formats/architectures,
/// qwen2moe).</summary>
internal static class JoinedExperts
{
    private const string Single = ".experts.{x}.";
    private const string Joined = ".experts.";

    private static readonly (string Ending, string Name, int? Half)[] Gated =
        [("_gate_exps", "gate_up_proj", 0), ("_up_exps", "gate_up_proj", 1), ("_down_exps", "down_proj", null)];

    private static readonly (string Ending, string Name, int? Half)[] Ungated =
        [("_up_exps", "up_proj", null), ("_down_exps", "down_proj", null)];

    /// <summary>The rows of a table, and those of joined experts behind them where it has none of its own.</summary>
    public static JsonElement With(JsonElement rows)
    {
        List<JsonObject> added = [];
        foreach (IGrouping<string, JsonElement> module in rows.EnumerateArray().Where(IsSingle).GroupBy(Module))
        {
            if (!rows.EnumerateArray().Any(row => Text(row, "hf") == module.Key + "down_proj"))
            {
                bool isGated = module.Any(row => Text(row, "gguf")!.EndsWith(Gated[0].Ending, StringComparison.Ordinal));
                added.AddRange((isGated ? Gated : Ungated).Select(part => Row(module, part.Ending, part.Name, part.Half)));
            }
        }

        if (added.Count == 0)
        {
            return rows;
        }

        JsonArray all = JsonArray.Create(rows)!;
        foreach (JsonObject row in added)
        {
            all.Add((JsonNode)row);
        }

        using JsonDocument document = JsonDocument.Parse(all.ToJsonString());
        return document.RootElement.Clone();
    }

    private static JsonObject Row(IGrouping<string, JsonElement> module, string ending, string name, int? half)
    {
        JsonElement single = module.First(row => Text(row, "gguf")!.EndsWith(ending, StringComparison.Ordinal));
        JsonObject row = new()
        {
            ["gguf"] = Text(single, "gguf"), ["hf"] = module.Key + name, ["gguf_suffix"] = ".weight", ["hf_suffix"] = "", ["only"] = "hf",
        };
        if (half is not null)
        {
            row["transform"] = new JsonArray("T10");
        }

        if (single.TryGetProperty("predicts", out JsonElement predicts))
        {
            row["predicts"] = predicts.GetBoolean();
        }

        if (single.TryGetProperty("shape", out JsonElement shape) && Text(single, "experts") is { } count)
        {
            string rows = shape[0].GetString()!;
            row["shape"] = new JsonArray(count, half is null ? rows : $"2*{rows}", shape[1].GetString());
        }

        return row;
    }

    private static bool IsSingle(JsonElement row) =>
        Text(row, "hf")!.Contains(Single, StringComparison.Ordinal)
        && row.TryGetProperty("transform", out JsonElement transforms) && transforms[0].GetString() == "T9";

    private static string Module(JsonElement row)
    {
        string name = Text(row, "hf")!;
        return name[..name.IndexOf(Single, StringComparison.Ordinal)] + Joined;
    }

    private static string? Text(JsonElement row, string field) =>
        row.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
