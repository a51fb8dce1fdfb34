using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using ModelPack.Interop.Tests.Tokenizers;

namespace ModelPack.Interop.Tests.Models;

/// <summary>WordPiece, of which the tokenizers library says what it makes of a text.</summary>
internal sealed class TinyWordPiece : TinyTokenizer
{
    private static readonly TrainedTokenizer Trained = TrainedWordPiece.Uncased();
    private static readonly JsonObject Ids = JsonNode.Parse(Trained.TokenizerJson.Span)!["model"]!["vocab"]!.AsObject();

    [SetsRequiredMembers]
    private TinyWordPiece() => (Class, Pad, CleansUp) = ("BertTokenizer", "[PAD]", true);

    public static TinyWordPiece Uncased { get; } = new();

    public override string[] Special => Trained.Special;

    public override int VocabularySize => Ids.Count;

    public override IEnumerable<(string Role, string Token)> Roles =>
        [.. base.Roles, ("cls", "[CLS]"), ("mask", "[MASK]"), ("sep", "[SEP]"), ("unk", "[UNK]")];

    public override int Id(string token) => Ids[token]!.GetValue<int>();

    public override int[] Encode(string text) => HuggingFaceTokenizer.Encode(Trained.TokenizerJson, [text], addSpecial: true)[0];

    public override IEnumerable<MetadataEntry> Native() => Trained.Native;

    public override JsonObject Json() => JsonNode.Parse(Trained.TokenizerJson.Span)!.AsObject();
}
