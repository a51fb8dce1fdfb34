using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Tokenizers.Reading;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Rules;

/// <summary>
/// Qwen3-Reranker, which scores a document by the words yes and no. It is published as a plain Qwen3ForCausalLM; in a GGUF its head is the
/// two rows of these words, and none that could generate (qwen-embedding.md).
/// </summary>
internal static class Qwen3Reranker
{
    private const string Sign = "qwen3-reranker";
    private const string Output = "lm_head.weight";
    private const string TemplatesKey = "tokenizer.chat_templates";
    private const string TemplateName = "rerank";
    private const uint Rank = 4;

    private const string Template = """
        <|im_start|>system
        Judge whether the Document meets the requirements based on the Query and the Instruct provided. Note that the answer can only be "yes" or "no".<|im_end|>
        <|im_start|>user
        <Instruct>: Given a web search query, retrieve relevant passages that answer the query
        <Query>: {query}
        <Document>: {document}<|im_end|>
        <|im_start|>assistant
        <think>

        </think>


        """;

    private static readonly string[] Embeddings = ["model.embed_tokens.weight", "embed_tokens.weight"];

    private static readonly string[] Labels = ["yes", "no"];

    /// <summary>What it is stands in its name and in the title of its page, by which the converter of llama.cpp goes too.</summary>
    public static bool Is(ConfigReader draft)
    {
        string folder = Path.GetFileName(Path.TrimEndingDirectorySeparator(draft.Folder.Path));
        string page = draft.Folder.Find("README.md") is { } file ? Encoding.UTF8.GetString(file.Bytes.Span) : "";
        return draft.Architecture == "qwen3"
            && (Contains(folder) || Contains(draft.Config.Text("_name_or_path"))
                || page.Split('\n').Any(line => line.StartsWith("# ", StringComparison.Ordinal) && Contains(line)));

        static bool Contains(string? text) => text?.Contains(Sign, StringComparison.OrdinalIgnoreCase) == true;
    }

    public static void Write(ConfigReader draft)
    {
        bool tied = draft.Config.Bool("tie_word_embeddings") ?? false;
        string? from = (tied ? Embeddings : [Output, .. Embeddings]).FirstOrDefault(
            name => draft.Folder.FindTensor(name) is { Shape.Length: 2 });
        TokenizerFolder tokenizer = new(draft.Folder.Companions, default);
        ImmutableArray<long> rows = Rows(tokenizer);
        if (from is null || rows.Length != Labels.Length || rows.Any(row => row >= draft.Folder.FindTensor(from)!.Shape[0]))
        {
            draft.ObstructHead(
                "it is a Qwen3 reranker, which scores by the words yes and no and is no generator, and these are not two tokens of "
                    + "tokenizer.json with a row in its head");
            return;
        }

        draft.Head = new HeadRows(ClassifierNames.Head, from, rows);
        draft.Count(Pooling.Key, Rank);
        draft.Add("classifier.output_labels", GgufValue.FromStrings(Labels));
        draft.AddWhole("tokenizer.chat_template." + TemplateName, GgufValue.FromString(Template.ReplaceLineEndings("\n")));
        draft.AddWhole(TemplatesKey, GgufValue.FromStrings([.. OtherTemplates(tokenizer), TemplateName]));
    }

    private static ImmutableArray<long> Rows(TokenizerFolder tokenizer) =>
        tokenizer.Parse(CompanionNames.Tokenizer)?.Find("model")?.Find("vocab") is { Value.ValueKind: JsonValueKind.Object } vocabulary
            ? [.. Labels.Select(label => vocabulary.Find(label)).OfType<JsonField>().Select(id => (long)id.Id())]
            : [];

    private static List<string> OtherTemplates(TokenizerFolder tokenizer)
    {
        List<string> names = [];
        foreach (MetadataEntry entry in TemplateEntries.Read(tokenizer, withNotes: false).Where(entry => entry.Key == TemplatesKey))
        {
            foreach (ReadOnlyMemory<byte> name in ((GgufValue)entry.Value).EnumerateStrings())
            {
                names.Add(Encoding.UTF8.GetString(name.Span));
            }
        }

        names.Remove(TemplateName);
        return names;
    }
}
