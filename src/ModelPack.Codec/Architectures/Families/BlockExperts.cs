using ModelPack.Architectures.Rules;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>gpt-oss as published: experts of four bits, which its class reads by what the config says of them (formats/architectures,
/// gpt-oss).</summary>
internal static class BlockExperts
{
    private static readonly string[] Whole =
        ["model.layers.*.self_attn", "model.layers.*.mlp.router", "model.embed_tokens", "lm_head"];

    public static void Write(ConfigWriter config)
    {
        if (config.Derivation.Tensors.Any(tensor => tensor.Type == TensorType.MXFP4))
        {
            JsonFields fields = new();
            fields.Set("quant_method", "mxfp4");
            fields.Set("modules_to_not_convert", Whole);
            config.Fields.Set("quantization_config", fields);
        }
    }
}
