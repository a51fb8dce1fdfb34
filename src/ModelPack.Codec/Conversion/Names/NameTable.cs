namespace ModelPack.Codec.Conversion.Names;

/// <summary>Tensor names of one architecture in GGUF's words and in Hugging Face's, which APR shares (apr-v2.md §12.2). Each row is its own inverse.</summary>
internal sealed class NameTable
{
    private const string GgufLayer = "blk.";
    private const string HuggingFaceLayer = "model.layers.";

    private static readonly NameTable Qwen = new(
        [
            ("token_embd", "model.embed_tokens"),
            ("output", "lm_head"),
            ("output_norm", "model.norm"),
        ],
        [
            ("attn_norm", "input_layernorm"),
            ("attn_q", "self_attn.q_proj"),
            ("attn_k", "self_attn.k_proj"),
            ("attn_v", "self_attn.v_proj"),
            ("attn_output", "self_attn.o_proj"),
            ("attn_q_norm", "self_attn.q_norm"),
            ("attn_k_norm", "self_attn.k_norm"),
            ("ffn_norm", "post_attention_layernorm"),
            ("ffn_gate", "mlp.gate_proj"),
            ("ffn_up", "mlp.up_proj"),
            ("ffn_down", "mlp.down_proj"),
        ]);

    private readonly Dictionary<string, string> toHuggingFace;
    private readonly Dictionary<string, string> toGguf;
    private readonly Dictionary<string, string> layerToHuggingFace;
    private readonly Dictionary<string, string> layerToGguf;

    private NameTable((string Gguf, string HuggingFace)[] outside, (string Gguf, string HuggingFace)[] inLayer)
    {
        toHuggingFace = outside.ToDictionary(row => row.Gguf, row => row.HuggingFace, StringComparer.Ordinal);
        toGguf = outside.ToDictionary(row => row.HuggingFace, row => row.Gguf, StringComparer.Ordinal);
        layerToHuggingFace = inLayer.ToDictionary(row => row.Gguf, row => row.HuggingFace, StringComparer.Ordinal);
        layerToGguf = inLayer.ToDictionary(row => row.HuggingFace, row => row.Gguf, StringComparer.Ordinal);
    }

    /// <summary>The table of an architecture; null if there is none, and names then travel verbatim.</summary>
    public static NameTable? For(string? architecture) => architecture is "qwen2" or "qwen3" ? Qwen : null;

    /// <summary>Translates a name; what the table does not know stays as it is.</summary>
    public string Translate(string name, ModelFormat from, ModelFormat to)
    {
        bool source = from == ModelFormat.Gguf;
        bool target = to == ModelFormat.Gguf;
        return source == target ? name : Translate(name, toHuggingFaceNames: source);
    }

    private string Translate(string name, bool toHuggingFaceNames)
    {
        int dot = name.LastIndexOf('.');
        string ending = dot < 0 ? "" : name[dot..];
        if (ending is not (".weight" or ".bias"))
        {
            return name;
        }

        string stem = name[..dot];
        (string prefix, string otherPrefix) = toHuggingFaceNames ? (GgufLayer, HuggingFaceLayer) : (HuggingFaceLayer, GgufLayer);
        if (!stem.StartsWith(prefix, StringComparison.Ordinal))
        {
            return (toHuggingFaceNames ? toHuggingFace : toGguf).TryGetValue(stem, out string? other) ? other + ending : name;
        }

        int afterNumber = stem.IndexOf('.', prefix.Length);
        if (afterNumber < 0)
        {
            return name;
        }

        string inLayer = stem[(afterNumber + 1)..];
        string translated = (toHuggingFaceNames ? layerToHuggingFace : layerToGguf).GetValueOrDefault(inLayer, inLayer);
        return otherPrefix + stem[prefix.Length..(afterNumber + 1)] + translated + ending;
    }
}
