using System.Globalization;
using ModelPack.Diagnostics;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Rules;

/// <summary>Keys and tensors for rotation (hf-companions.md §1.4).</summary>
internal static class RopeKeys
{
    private const float DefaultBase = 10000;

    /// <summary>A real head is a few hundred wide; a hostile width must not decide how much is built.</summary>
    private const long WidestHead = 65_536;
    private const string Original = "original_max_position_embeddings";

    private static readonly (string Field, string Key)[] YarnFloats =
    [
        ("extrapolation_factor", "rope.scaling.yarn_ext_factor"),
        ("attention_factor", "rope.scaling.yarn_attn_factor"),
        ("beta_fast", "rope.scaling.yarn_beta_fast"),
        ("beta_slow", "rope.scaling.yarn_beta_slow"),
    ];

    /// <summary>Scaling, then the base of the frequencies.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="rope">What the config says.</param>
    /// <param name="llama3Width">The part of a head that Llama 3's scaling is for; 0 if the architecture does not know it.</param>
    /// <param name="hasLogMultiplier">Whether the architecture has a key for mscale_all_dim, which the caller writes.</param>
    /// <param name="truncates">Whether the runtime rounds the bounds of yarn.</param>
    public static void Write(ConfigReader draft, RopeSettings rope, long llama3Width = 0, bool hasLogMultiplier = false,
        bool truncates = true)
    {
        Scaling(draft, rope, llama3Width, hasLogMultiplier, truncates);
        draft.Float("rope.freq_base", rope.Base);
        draft.Float("rope.freq_base_swa", rope.LocalBase);
    }

    /// <summary>For classes without scaling, and whose base the converter leaves to the runtime's default.</summary>
    public static void WriteUnusualBase(ConfigReader draft, RopeSettings rope)
    {
        Scaling(draft, rope, 0, hasLogMultiplier: false);
        draft.Float("rope.freq_base", rope.Base is DefaultBase ? null : rope.Base);
    }

    /// <summary>The rotated part of a head, for classes that may leave a part alone.</summary>
    public static long RotaryWidth(ConfigReader draft, double? factor, long width, string field = "partial_rotary_factor")
    {
        long rotary = factor is > 0 and <= 1 ? (long)(factor.Value * width) : factor is null ? width : 0;
        return rotary > 0 && rotary % 2 == 0 || draft.Obstacles.Count > 0
            ? rotary
            : throw draft.Config.WrongValue(
                field, string.Create(
                    CultureInfo.InvariantCulture, $"is {factor}, which leaves {rotary} of {width} values of a head to rotate in pairs"));
    }

    public static void RequireWholeHead(ConfigReader draft, RopeSettings rope)
    {
        if (rope.PartialFactor is { } factor && factor != 1)
        {
            draft.Obstruct(string.Create(CultureInfo.InvariantCulture, $"partial_rotary_factor is {factor}"));
        }
    }

    private static void Scaling(ConfigReader draft, RopeSettings rope, long llama3Width, bool hasLogMultiplier, bool truncates = true)
    {
        switch (rope.Type)
        {
            case null:
                break;
            case "linear" or "yarn" when Positive(draft, rope.Scaling!, "factor") is { } factor:
                draft.Text("rope.scaling.type", rope.Type);
                draft.Float("rope.scaling.factor", factor);
                if (rope.Type == "yarn")
                {
                    Yarn(draft, rope.Scaling!, factor, hasLogMultiplier, truncates);
                }

                break;
            case "llama3" when llama3Width > 0:
                Llama3(draft, rope, llama3Width);
                break;
            case "linear" or "yarn":
                break;
            case "dynamic" when !rope.Scaling!.Has("alpha"):
                draft.Note("rope_scaling of type 'dynamic' has no key: texts beyond max_position_embeddings are rotated otherwise",
                    NoteRank.ChangesResults);
                break;
            default:
                draft.Obstruct($"rope_scaling of type '{SafeText.Shorten(rope.Type)}'");
                break;
        }
    }

    private static void Yarn(ConfigReader draft, ConfigObject scaling, float factor, bool hasLogMultiplier, bool truncates)
    {
        // The keys are written, but versions of llama.cpp that tests ran do not read them, and take what transformers takes when the fields
        // are missing.
        foreach ((string field, float taken) in (ReadOnlySpan<(string, float)>)
        [
            ("beta_fast", 32), ("beta_slow", 1), ("attention_factor", (float)(factor > 1 ? (0.1 * Math.Log(factor)) + 1 : 1)),
        ])
        {
            if (scaling.Float(field) is { } stated && stated != taken)
            {
                draft.Note(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"rope_scaling.{field} is {stated:R} and has its key, but a runtime that does not read the key takes {taken:R}"),
                    NoteRank.ChangesResults);
            }
        }

        if ((scaling.Bool("truncate") ?? true) != truncates)
        {
            draft.Obstruct($"rope_scaling.truncate is {(truncates ? "false" : "true")}");
        }

        if (!hasLogMultiplier && scaling.Has("mscale") && scaling.Has("mscale_all_dim"))
        {
            draft.Obstruct("rope_scaling states mscale and mscale_all_dim, for which there is no key");
        }

        draft.Count("rope.scaling.original_context_length", scaling.Count(Original));
        foreach ((string field, string key) in YarnFloats)
        {
            draft.Float(key, scaling.Float(field));
        }
    }

    private static void Llama3(ConfigReader draft, RopeSettings rope, long width)
    {
        if (Positive(draft, rope.Scaling!, "factor") is not { } factor || Positive(draft, rope.Scaling!, "low_freq_factor") is not { } low
            || Positive(draft, rope.Scaling!, "high_freq_factor") is not { } high
            || Positive(draft, rope.Scaling!, Original) is not { } original)
        {
            return;
        }

        if (width > WidestHead)
        {
            draft.Obstruct($"a head is {width} wide");
            return;
        }

        // Both may be one: then there is a step in place of the slope.
        if (high < low)
        {
            throw draft.Config.Contradiction($"{rope.Scaling!.Path("high_freq_factor")} is {high}, but low_freq_factor is {low}");
        }

        float[] factors = new float[width / 2];
        for (int item = 0; item < factors.Length; item++)
        {
            factors[item] = Llama3Rope.Factor(
                Llama3Rope.Wavelength((float)Math.Pow(rope.Base ?? DefaultBase, 2f * item / width)), new(factor, low, high, original));
        }

        draft.AddTensor("rope_freqs.weight", factors);
    }

    private static float? Positive(ConfigReader draft, ConfigObject scaling, string field)
    {
        if (scaling.Float(field) is not { } number)
        {
            draft.Obstruct($"{scaling.Path(field)[(CompanionNames.Config.Length + 2)..]} is missing");
            return null;
        }

        return number > 0 ? number : throw scaling.WrongValue(field, string.Create(CultureInfo.InvariantCulture, $"is {number}"));
    }
}
