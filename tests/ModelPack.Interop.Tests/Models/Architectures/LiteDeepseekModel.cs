namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>DeepSeek V2-Lite: queries are made of x itself. llama.cpp tells it by its 27 layers.</summary>
internal sealed class LiteDeepseekModel(TensorType type) : DeepseekModel(type, "deepseek2-lite")
{
    public override int Layers => 27;

    // Layer by layer, rounding adds up.
    public override double Tolerance => 2 * base.Tolerance;

    // Of so many choices of experts, rounding to BF16 would decide one or another.
    protected override int Dense => 25;

    protected override int? QueryRank => null;
}
