using ModelPack.Architectures.Rules;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Families;

/// <summary>The last layers of Gemma 3n and 4 attend to keys and values of layers before them (formats/architectures, gemma3n,
/// gemma4): of the last one with a window, or of the last one without.</summary>
internal static class SharedKeys
{
    public const string Pattern = "attention.sliding_window_pattern";

    private const string Shared = "num_kv_shared_layers";

    /// <summary>The layers with keys of their own; null if that is refused.</summary>
    public static int? Own(ConfigReader draft, int layers, bool[] slides)
    {
        long shared = draft.Numbers.GetValueOrDefault(Shared);
        if (shared >= layers)
        {
            throw draft.Config.Contradiction($"{draft.Config.Path(Shared)} is {shared}, but there are {layers} layers");
        }

        int own = layers - (int)shared;
        if (Why(own, slides) is { } why)
        {
            draft.Obstruct(why);
            return null;
        }

        return own;
    }

    public static int? Own(ConfigWriter config, bool[] slides)
    {
        long shared = config.Numbers.GetValueOrDefault(Shared);
        string? why = shared >= slides.Length
            ? $"{config.Key("attention.shared_kv_layers")} is {shared}, but there are {slides.Length} layers"
            : Why(slides.Length - (int)shared, slides);
        if (why is not null)
        {
            config.Refuse(why);
            return null;
        }

        return slides.Length - (int)shared;
    }

    /// <summary>Which layers have a window; null if no key says it.</summary>
    public static bool[]? Slides(ConfigWriter config, int layers)
    {
        if (config.OptionalFlags(Pattern) is not { } slides || slides.Length != layers)
        {
            config.Refuse($"{config.Key(Pattern)} is no list of {layers} bools");
            return null;
        }

        return slides;
    }

    /// <summary>Refuses layers that lack a tensor which the class computes with.</summary>
    public static void Require(ConfigReader draft, IEnumerable<string> components)
    {
        if (components.FirstOrDefault(name => draft.Component(name) is null) is { } missing)
        {
            draft.Obstruct($"there is no tensor that is {missing} in a GGUF");
        }
    }

    public static void Require(ConfigWriter config, IEnumerable<string> components)
    {
        if (components.FirstOrDefault(name => !config.Derivation.HasTensor(name)) is { } missing)
        {
            config.Refuse($"the tensor {missing} is missing");
        }
    }

    /// <summary>The weights of a layer's components.</summary>
    public static IEnumerable<string> Names(int layer, params string[] components) =>
        components.Select(component => $"blk.{layer}.{component}.weight");

    // The runtime takes those of the last layer with keys where there is no window, and of the one before it where there is.
    private static string? Why(int own, bool[] slides) =>
        own == slides.Length || (own >= 2 && !slides[own - 1] && slides[own - 2]) ? null
        : $"the last {slides.Length - own} layers share keys and values, and of the two layers before them the first has to have a window "
            + $"and the second none";
}
