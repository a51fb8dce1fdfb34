namespace ModelPack.Architectures.Apr;

/// <summary>Recognises the vocabulary by the names.</summary>
internal static class AprNamingSchemes
{
    private static readonly string[] GgufStarts = ["blk.", "token_embd.", "output_norm.", "output.", "position_embd."];

    private static readonly string[] HuggingFaceStarts =
    [
        "model.", "layers.", "lm_head.", "embed_tokens.", "transformer.", "h.", "wte.", "wpe.", "ln_f.", "gpt_neox.", "embed_out.", "norm.",
    ];

    public static AprNamingScheme Of(IEnumerable<string> names)
    {
        bool gguf = false;
        bool huggingFace = false;
        foreach (string name in names)
        {
            gguf |= StartsWithAny(name, GgufStarts);
            huggingFace |= StartsWithAny(name, HuggingFaceStarts);
        }

        return (gguf, huggingFace) switch
        {
            (true, false) => AprNamingScheme.Gguf,
            (false, true) => AprNamingScheme.HuggingFace,
            _ => AprNamingScheme.Unknown,
        };
    }

    private static bool StartsWithAny(string name, string[] starts) =>
        Array.Exists(starts, start => name.StartsWith(start, StringComparison.Ordinal));
}
