using ModelPack.IO.Json;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>A place in a template: a special token, or one of the two texts.</summary>
internal readonly record struct TemplatePiece(SpecialToken? Token, string Sequence, int TypeId)
{
    public static TemplatePiece Of(SpecialToken token, int typeId) => new(token, "", typeId);

    public static TemplatePiece First => new(null, "A", 0);

    public static TemplatePiece Second(int typeId) => new(null, "B", typeId);

    public void Write(JsonText text)
    {
        text.StartObject();
        text.Name(Token is null ? "Sequence" : "SpecialToken");
        text.StartObject();
        Fragments.Field(text, "id", Token?.Text ?? Sequence);
        text.Name("type_id");
        text.Number(TypeId);
        text.EndObject();
        text.EndObject();
    }
}
