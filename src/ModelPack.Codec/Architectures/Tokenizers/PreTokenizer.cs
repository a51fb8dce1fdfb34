using ModelPack.IO.Json;

namespace ModelPack.Architectures.Tokenizers;

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
