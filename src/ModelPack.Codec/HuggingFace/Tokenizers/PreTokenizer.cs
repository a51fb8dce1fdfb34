using ModelPack.Codec.HuggingFace.Json;

namespace ModelPack.Codec.HuggingFace.Tokenizers;

/// <summary>What is known of a pre-tokenizer id beyond its steps.</summary>
[Flags]
internal enum PreTokenizerTraits
{
    None = 0,

    /// <summary>Whole words of the vocabulary are taken without merging.</summary>
    IgnoreMerges = 1,

    /// <summary><c>clean_up_tokenization_spaces</c>.</summary>
    CleanUp = 2,

    /// <summary>The runtime adds the begin token if no key says otherwise (hf-companions.md §2.1).</summary>
    AddsBos = 4,

    /// <summary>The post-processor is RobertaProcessing.</summary>
    Roberta = 8,
}

/// <summary>The normalizer of published files, which no GGUF holds (hf-companions.md §2.2).</summary>
internal enum PublishedNormalizer
{
    Unknown,
    None,
    Nfc,
}

/// <summary>One step of a pre-tokenizer.</summary>
internal abstract record PreTokenizerStep
{
    public abstract void Write(JsonText text);

    public sealed record ByteLevel(bool UseRegex) : PreTokenizerStep
    {
        public override void Write(JsonText text) => Fragments.ByteLevel(text, addPrefixSpace: false, trimOffsets: true, UseRegex);
    }

    /// <param name="Regex">The expression whose matches stand alone.</param>
    /// <param name="DropsOthers">True if what does not match is dropped. Files say so where nothing is left over (tokenizers.md §1); no id stands for it otherwise.</param>
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

/// <summary>What an id of <c>tokenizer.ggml.pre</c> stands for.</summary>
internal sealed record PreTokenizer(PreTokenizerTraits Traits, PreTokenizerStep[] Steps)
{
    public bool Has(PreTokenizerTraits trait) => (Traits & trait) != 0;

    public void Write(JsonText text)
    {
        if (Steps is [{ } only])
        {
            only.Write(text);
            return;
        }

        text.StartObject();
        Fragments.Type(text, "Sequence");
        text.Name("pretokenizers");
        text.StartArray();
        foreach (PreTokenizerStep step in Steps)
        {
            step.Write(text);
        }

        text.EndArray();
        text.EndObject();
    }
}
