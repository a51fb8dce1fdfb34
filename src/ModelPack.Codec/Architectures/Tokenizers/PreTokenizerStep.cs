using ModelPack.IO.Json;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>One step of a pre-tokenizer.</summary>
internal abstract record PreTokenizerStep
{
    public abstract void Write(JsonText text);

    public sealed record ByteLevel(bool UseRegex) : PreTokenizerStep
    {
        public override void Write(JsonText text) => Fragments.ByteLevel(text, addPrefixSpace: false, trimOffsets: true, UseRegex);
    }

    /// <param name="Regex">The expression whose matches stand alone.</param>
    /// <param name="DropsOthers">True if what does not match is dropped. Files say so where nothing is left over (tokenizers.md §1); no id
    /// stands for it otherwise.</param>
    public sealed record Split(string Regex, bool DropsOthers = false) : PreTokenizerStep
    {
        public override void Write(JsonText text)
        {
            text.StartObject();
            Fragments.Type(text, "Split");
            text.Name("pattern");
            text.StartObject();
            text.Name("Regex");
            text.String(Regex);
            text.EndObject();
            text.Name("behavior");
            text.String("Isolated");
            text.Name("invert");
            text.Bool(false);
            text.EndObject();
        }
    }

    public sealed record Digits(bool Individual) : PreTokenizerStep
    {
        public override void Write(JsonText text)
        {
            text.StartObject();
            Fragments.Type(text, "Digits");
            text.Name("individual_digits");
            text.Bool(Individual);
            text.EndObject();
        }
    }

    public sealed record ContiguousPunctuation : PreTokenizerStep
    {
        public override void Write(JsonText text)
        {
            text.StartObject();
            Fragments.Type(text, "Punctuation");
            text.Name("behavior");
            text.String("Contiguous");
            text.EndObject();
        }
    }
}
