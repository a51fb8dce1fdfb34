namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>x += attention(n(x)) + feedForward(n(x)): one norm, whose result goes to both parts.</summary>
internal sealed class ParallelStableLmModel(TensorType type) : StableLmModel(type, "stablelm-parallel")
{
    protected override bool IsParallel => true;

    protected override void DefineFeedForward(WeightMaker make, string at) => DefineGated(make, $"{at}.mlp", FeedForward);

    protected override double[][] Layer(int layer, double[][] x)
    {
        string at = $"model.layers.{layer}";
        double[][] normed = Each(x, row => Norm($"{at}.input_layernorm", row));
        return Add(x, Add(Attend(layer, normed), Each(normed, row => Transform(at, row))));
    }
}
