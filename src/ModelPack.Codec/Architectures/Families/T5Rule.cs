using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Families;

/// <summary>What T5 and its kin say beside their sizes (formats/architectures, t5): layers of the decoder, the activation, and whether the
/// embedding is the output, which is then scaled.</summary>
internal static class T5Rule
{
    private const string DecoderField = "num_decoder_layers";
    private const string DecoderKey = "decoder_block_count";
    private const string Projection = "feed_forward_proj";
    private const string Plain = "relu";
    private const string Gated = "gated-gelu";
    private const string Output = "lm_head.weight";
    private const string Tied = "tie_word_embeddings";

    public static ConfigPart WithDecoder { get; } = new RulePart(
        draft =>
        {
            Activation(draft);
            Decoder(draft);
            bool tied = draft.Config.Bool(Tied) ?? true;
            if (tied == draft.Folder.FindTensor(Output) is not null)
            {
                draft.Obstruct(tied
                    ? $"{Tied} is true, which scales the output, but there is a tensor {Output}"
                    : $"{Tied} is false, but there is no tensor {Output}");
            }
        },
        config =>
        {
            Common(config, isDecoder: true);
            long layers = config.RequireCount(DecoderKey, DecoderField) ?? 0;
            if (layers > config.OptionalCount("block_count"))
            {
                config.Refuse($"{config.Key(DecoderKey)} is {layers}, and the encoder has fewer layers");
            }

            config.TiedByTensor();
        });

    public static ConfigPart EncoderAlone { get; } = new RulePart(Activation, config => Common(config, isDecoder: false));

    private static void Activation(ConfigReader draft)
    {
        string stated = draft.Config.Text(Projection) ?? Plain;
        (int gates, int beside) = (CountOf("wi_0"), CountOf("wi_1"));
        if (gates != beside)
        {
            draft.Obstruct($"there are {Plural.Of(gates, "tensor")} wi_0 and {beside} wi_1, which stand side by side in each layer");
        }

        bool gated = gates > 0;
        if (stated != (gated ? Gated : Plain))
        {
            draft.Obstruct($"{Projection} is '{SafeText.Shorten(stated)}', but its tensors are those of {(gated ? Gated : Plain)}");
        }

        int CountOf(string matrix) =>
            draft.Folder.Tensors.Count(tensor => tensor.Name.EndsWith($".DenseReluDense.{matrix}.weight", StringComparison.Ordinal));
    }

    private static void Decoder(ConfigReader draft)
    {
        long encoder = draft.Numbers.GetValueOrDefault("num_layers");
        long decoder = draft.Config.Count(DecoderField) ?? encoder;
        if (decoder == 0 || decoder > encoder)
        {
            draft.Obstruct($"{DecoderField} is {decoder}, and num_layers {encoder}");
        }

        NameTable names = NameTable.For(draft.Architecture)!;
        int[] layers = [
            .. draft.Folder.Tensors.SelectMany(tensor => names.FromHuggingFace(tensor.Name).Take(1))
                .Where(match => match.Rule.Gguf.Text.StartsWith("dec.blk.", StringComparison.Ordinal))
                .Select(match => match.Layer).Distinct()];
        if (draft.Obstacles.Count == 0 && (layers.Length != decoder || layers.Max() != decoder - 1))
        {
            throw draft.Config.Contradiction(
                $"{draft.Config.Path(DecoderField)} is {decoder}, but there are tensors of {layers.Length} layers");
        }

        draft.Count(DecoderKey, decoder);
    }

    private static void Common(ConfigWriter config, bool isDecoder)
    {
        config.CheckLayers();

        if (config.RequireTensor("token_embd.weight", 2) is { } embedding)
        {
            config.Fields.Set("vocab_size", embedding.Shape[0]);
            config.Numbers["vocab_size"] = embedding.Shape[0];
        }

        config.Fields.Set(Projection, config.Derivation.HasTensor("enc.blk.0.ffn_gate.weight") ? Gated : Plain);
        config.Fields.Set("is_encoder_decoder", isDecoder);
    }
}
