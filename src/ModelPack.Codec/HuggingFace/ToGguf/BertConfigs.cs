using System.Globalization;
using ModelPack.Codec.Gguf;

namespace ModelPack.Codec.HuggingFace.ToGguf;

/// <summary>Encoders: BERT and Nomic's BERT (hf-companions.md §1.3).</summary>
internal static class BertConfigs
{
    private const string PoolingFile = "1_Pooling/config.json";
    private const long NomicPositions = 8192;
    private const long NomicTrainedPositions = 2048;

    private static readonly (string Field, uint Type)[] PoolingTypes =
    [
        ("pooling_mode_mean_tokens", 1), ("pooling_mode_cls_token", 2), ("pooling_mode_lasttoken", 3),
    ];

    public static void Bert(GgufDraft draft)
    {
        DecoderSizes sizes = DecoderSizes.Read(draft);
        draft.Allow("hidden_act", "gelu");
        draft.Allow("position_embedding_type", "absolute");
        draft.Allow("is_decoder", flag: false, absent: false);
        Expected hidden = Expected.Field("hidden_size", sizes.Hidden);
        Expected feedForward = Expected.Field("intermediate_size", sizes.FeedForward);
        Expected heads = Expected.Heads("num_attention_heads", sizes.Heads, sizes.HeadDimension);
        new TensorCheck(draft, "bert.", "embeddings.word_embeddings.weight", "encoder.layer.")
            .Layer("attention.self.query.weight", heads, hidden).Layer("attention.self.key.weight", heads, hidden).Layer("attention.self.value.weight", heads, hidden)
            .Layer("intermediate.dense.weight", feedForward, hidden).Layer("output.dense.weight", hidden, feedForward)
            .Matrix("embeddings.position_embeddings.weight", Expected.Field("max_position_embeddings", sizes.Context), hidden)
            .Matrix("embeddings.token_type_embeddings.weight", Expected.Field("type_vocab_size", draft.Require("type_vocab_size")), hidden)
            .Run(Expected.Field("num_hidden_layers", sizes.Layers), 0, hidden, draft.Vocabulary());
        draft.Sizes(sizes);
        draft.NormEpsilon("layer_norm_eps");
        Encoder(draft);
        Labels(draft);
        draft.AddWhole("tokenizer.ggml.token_type_count", GgufValue.FromUInt32((uint)draft.Require("type_vocab_size")));
    }

    public static void Nomic(GgufDraft draft)
    {
        ConfigObject config = draft.Config;
        SizeFields fields = new(["n_layer"], ["n_positions"], ["n_embd"], ["n_inner"], ["n_head"], ["n_head"]);
        DecoderSizes sizes = DecoderSizes.Checked(draft, fields, new(
            draft.Require("n_layer"), draft.Require("n_positions"), draft.Require("n_embd"), draft.Require("n_inner"), draft.Require("n_head"), null, null));
        Restrict(draft, sizes);
        Expected hidden = Expected.Field("n_embd", sizes.Hidden);
        Expected feedForward = Expected.Field("n_inner", sizes.FeedForward);
        new TensorCheck(draft, "", "embeddings.word_embeddings.weight", "encoder.layers.")
            .Layer("attn.Wqkv.weight", new($"3 times n_embd {sizes.Hidden} is {3 * sizes.Hidden}", 3 * sizes.Hidden), hidden)
            .Layer("mlp.fc11.weight", feedForward, hidden).Layer("mlp.fc12.weight", feedForward, hidden).Layer("mlp.fc2.weight", hidden, feedForward)
            .Run(Expected.Field("n_layer", sizes.Layers), 0, hidden, draft.Vocabulary());
        draft.Sizes(sizes with { Context = NomicTrainedPositions });
        draft.NormEpsilon("layer_norm_epsilon");
        Encoder(draft);
        draft.Float("rope.freq_base", draft.RequireFloat("rotary_emb_base"));
        draft.AddWhole("tokenizer.ggml.token_type_count", GgufValue.FromUInt32((uint)draft.Require("type_vocab_size")));
    }

    /// <summary>The runtime has one form of this class; what differs from it has no key.</summary>
    private static void Restrict(GgufDraft draft, DecoderSizes sizes)
    {
        ConfigObject config = draft.Config;
        long trained = config.Count("max_trained_positions") ?? NomicTrainedPositions;
        if (sizes.Context != NomicPositions || trained != NomicTrainedPositions)
        {
            draft.Obstruct($"n_positions is {sizes.Context} and max_trained_positions {trained} instead of {NomicPositions} and {NomicTrainedPositions}");
        }

        if (config.Count("moe_every_n_layers") is { } every and not 0)
        {
            draft.Obstruct($"moe_every_n_layers is {every}");
        }

        if (config.Double("rotary_emb_fraction") is { } fraction and not 1)
        {
            draft.Obstruct(string.Create(CultureInfo.InvariantCulture, $"rotary_emb_fraction is {fraction}"));
        }

        draft.Allow("activation_function", "swiglu");
        foreach (string field in (ReadOnlySpan<string>)["causal", "qkv_proj_bias", "mlp_fc1_bias", "mlp_fc2_bias", "prenorm", "rotary_emb_interleaved"])
        {
            draft.Allow(field, flag: false, absent: false);
        }

        if (config.Has("rotary_emb_scale_base"))
        {
            draft.Obstruct("rotary_emb_scale_base is set");
        }
    }

    private static void Encoder(GgufDraft draft)
    {
        draft.Flag("attention.causal", false);
        if (draft.Folder.Find(PoolingFile) is not { } file)
        {
            draft.Note($"pooling_type is left out: there is no {PoolingFile}");
            return;
        }

        ConfigObject pooling = ConfigObject.Parse(draft.Folder.Path, file);
        foreach ((string field, uint type) in PoolingTypes)
        {
            if (pooling.Bool(field) == true)
            {
                draft.Count("pooling_type", type);
                return;
            }
        }

        draft.Note($"pooling_type is left out: {PoolingFile} names none of {string.Join(", ", PoolingTypes.Select(pair => pair.Field))}");
    }

    private static void Labels(GgufDraft draft)
    {
        if (draft.Config.Object("id2label") is not { } labels)
        {
            return;
        }

        string[] fields = [.. labels.Fields()];
        string[] texts = new string[fields.Length];
        for (int id = 0; id < texts.Length; id++)
        {
            texts[id] = labels.Text(id.ToString(CultureInfo.InvariantCulture)) ?? throw draft.Config.WrongValue("id2label", $"has {texts.Length} items, but none for {id}");
        }

        // Labels that transformers makes up for a class without any.
        if (texts is not ([] or ["LABEL_0", _]))
        {
            draft.Add("classifier.output_labels", GgufValue.FromStrings(texts));
        }
    }
}
