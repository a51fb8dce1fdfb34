namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>The first Gemma: one norm before each part, as in llama.</summary>
internal sealed class GemmaModel(TensorType type) : GemmaBaseModel(type, "gemma")
{
    public override string Architecture => "gemma";

    public override (string Class, string ModelType) Names => ("GemmaForCausalLM", "gemma");

    // The base of the rotation is not written for this architecture (hf-companions.md §1.1).
    public override IEnumerable<MetadataEntry> NativeParameters() =>
        base.NativeParameters().Where(entry => entry.Key != "gemma.rope.freq_base");
}
