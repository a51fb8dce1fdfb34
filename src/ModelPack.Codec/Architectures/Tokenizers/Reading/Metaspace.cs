namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>A step that writes spaces as U+2581 and puts one in front of a text.</summary>
/// <param name="Scheme">Where one is put in front: always, first or never.</param>
/// <param name="Splits">True if it also cuts there.</param>
internal sealed record Metaspace(string Scheme, bool Splits)
{
    /// <summary>Null for another step or another sign. Older files say add_prefix_space in place of the scheme (tokenizers.md
    /// §1).</summary>
    public static Metaspace? Read(JsonField step) => step.Type() == "Metaspace" && step.Require("replacement").Text() == Fragments.Space
        ? new Metaspace(
            step.FindText("prepend_scheme") ?? (step.FlagOr("add_prefix_space", true) ? "always" : "never"), step.FlagOr("split", true))
        : null;
}
