using System.Collections.Frozen;
using System.Collections.Immutable;

namespace ModelPack.Formats.Apr;

/// <summary>The table of known fields with the aliases that realizar accepts (apr-v2.md §7.2, §7.4).</summary>
internal static class AprFields
{
    public static ImmutableArray<AprField> All { get; } = Build();

    private static readonly FrozenDictionary<string, AprField> ByName = All.ToFrozenDictionary(field => field.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, AprField> ByAlias = All
        .SelectMany(field => field.Aliases.Select(alias => (alias, field)))
        .ToFrozenDictionary(pair => pair.alias, pair => pair.field, StringComparer.Ordinal);

    public static AprField? Find(string key) => ByName.GetValueOrDefault(key);

    /// <summary>The field that a key is an alias of.</summary>
    public static AprField? FindByAlias(string key) => ByAlias.GetValueOrDefault(key);

    private static ImmutableArray<AprField> Build()
    {
        List<AprField> fields = [];
        Add(AprFieldKind.Text, "model_type", "name", "description", "author", "license", "data_source", "data_license", "version", "source",
            "original_format", "created_at");
        Add(AprFieldKind.Integer, "total_size", "param_count");
        AddObject(
            "quantization", new("quant_type", AprFieldKind.Text, true), new("bits", AprFieldKind.Byte, true),
            new("block_size", AprFieldKind.Integer, false), new("symmetric", AprFieldKind.Boolean, true));
        AddObject(
            "sharding", new("shard_count", AprFieldKind.Integer, true), new("shard_index", AprFieldKind.Integer, true),
            new("total_size", AprFieldKind.Integer, true), new("pattern", AprFieldKind.Text, false));
        Add(AprFieldKind.Text, "chat_template", "chat_format");
        string[] special = ["bos_token", "eos_token", "unk_token", "pad_token", "im_start_token", "im_end_token"];
        AddObject("special_tokens", [.. special.Select(name => new AprMember(name, AprFieldKind.Text, false))]);
        Add(AprFieldKind.Text, "architecture", "hf_architecture", "hf_model_type");
        AddAliased("hidden_size", "hidden_dim", "d_model", "n_embd");
        AddAliased("num_layers", "n_layers", "num_hidden_layers", "n_layer");
        AddAliased("num_heads", "n_heads", "num_attention_heads", "n_head");
        AddAliased("num_kv_heads", "n_kv_heads", "num_key_value_heads");
        AddAliased("vocab_size", "n_vocab");
        AddAliased("intermediate_size", "ffn_dim", "intermediate_dim", "n_inner");
        AddAliased("max_position_embeddings", "max_seq_len", "context_length", "n_ctx");
        Add(AprFieldKind.Number, "rope_theta");
        Add(AprFieldKind.Integer, "rope_type");
        fields.Add(new AprField("rms_norm_eps", AprFieldKind.Number, fields.Count) { Aliases = ["layer_norm_eps", "norm_eps"] });
        Add(AprFieldKind.Integer, "head_dim", "num_experts", "num_experts_per_tok", "moe_intermediate_size");
        return [.. fields];

        void Add(AprFieldKind kind, params string[] names) =>
            fields.AddRange([.. names.Select((name, i) => new AprField(name, kind, fields.Count + i))]);

        void AddAliased(string name, params string[] aliases) =>
            fields.Add(new AprField(name, AprFieldKind.Integer, fields.Count) { Aliases = [.. aliases] });

        void AddObject(string name, params AprMember[] members) =>
            fields.Add(new AprField(name, AprFieldKind.Object, fields.Count) { Members = [.. members] });
    }
}
