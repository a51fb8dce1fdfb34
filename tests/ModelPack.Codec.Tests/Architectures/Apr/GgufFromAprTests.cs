using System.Text;
using ModelPack.Architectures.Apr;
using ModelPack.Formats.Apr;

namespace ModelPack.Codec.Tests.Architectures.Apr;

/// <summary>Known answers, written by hand from apr-v2.md §7, §12.2 and §13.1.</summary>
[TestClass]
public sealed class GgufFromAprTests
{
    private const string Sizes =
        "\"hidden_size\":8,\"num_layers\":2,\"num_heads\":4,\"num_kv_heads\":2,\"intermediate_size\":16,\"max_position_embeddings\":128";

    [TestMethod]
    public void Every_field_has_its_key_and_type()
    {
        GgufMetadataFrom read = AprMetadataSamples.Read(
            "{\"model_type\":\"x\",\"name\":\"N\",\"description\":\"D\",\"author\":\"A\",\"license\":\"MIT\",\"version\":\"1\",\"source\":\"hf://x\",\"architecture\":\"qwen3_moe\"," + Sizes
            + ",\"vocab_size\":3,\"rope_theta\":1000000.0,\"rope_type\":2,\"rms_norm_eps\":9.999999974752427e-7,\"head_dim\":6,\"num_experts\":4,\"num_experts_per_tok\":2,\"moe_intermediate_size\":12}");

        Assert.AreEqual("qwen3moe", read.Architecture);
        CollectionAssert.AreEqual(
            new[]
            {
                "general.architecture string qwen3moe", "general.name string N", "general.description string D", "general.author string A",
                    "general.license string MIT",
                "general.version string 1", "general.source.url string hf://x", "qwen3moe.embedding_length u32 8",
                    "qwen3moe.block_count u32 2", "qwen3moe.attention.head_count u32 4",
                "qwen3moe.attention.head_count_kv u32 2", "qwen3moe.vocab_size u32 3", "qwen3moe.feed_forward_length u32 16",
                    "qwen3moe.context_length u32 128",
                "qwen3moe.expert_count u32 4", "qwen3moe.expert_used_count u32 2", "qwen3moe.expert_feed_forward_length u32 12",
                    "qwen3moe.rope.freq_base f32 1000000",
                "qwen3moe.attention.layer_norm_rms_epsilon f32 1E-06", "qwen3moe.attention.key_length u32 6",
                    "qwen3moe.attention.value_length u32 6",
            },
            read.Entries.Select(entry => $"{entry.Key} {read.Shown(entry.Key)}").ToArray());
        read.Notes.AssertNote(MetadataNotes.Missing, "'tokenizer.vocabulary' is missing, so there is no tokenizer");
        Assert.HasCount(1, read.Notes);
    }

    [TestMethod]
    public void Tokenizer_has_its_keys_and_types()
    {
        GgufMetadataFrom read = AprMetadataSamples.Read("""
            {"model_type":"x","chat_template":"T","tokenizer.vocabulary":["a","\u00e9\ud83d\ude00","\"\\\n"],"tokenizer.vocab_size":3,"tokenizer.merges":["a a"],"tokenizer.scores":[],
            "tokenizer.token_type":[1,3,6],"tokenizer.bos_token_id":0,"tokenizer.eos_token_id":1,"tokenizer.padding_token_id":2,"tokenizer.add_bos_token":true,
            "tokenizer.pre_type":"qwen2","tokenizer.model_type":"gpt2"}
            """);

        Assert.AreEqual("string gpt2", read.Shown("tokenizer.ggml.model"));
        Assert.AreEqual("string qwen2", read.Shown("tokenizer.ggml.pre"));
        CollectionAssert.AreEqual(new[] { "a", "é😀", "\"\\\n" }, Texts(read, "tokenizer.ggml.tokens"));
        CollectionAssert.AreEqual(new[] { "a a" }, Texts(read, "tokenizer.ggml.merges"));
        Assert.AreEqual("array[i32] [1, 3, 6]", read.Shown("tokenizer.ggml.token_type"));
        Assert.AreEqual("absent", read.Shown("tokenizer.ggml.scores"));
        Assert.AreEqual("u32 0", read.Shown("tokenizer.ggml.bos_token_id"));
        Assert.AreEqual("u32 1", read.Shown("tokenizer.ggml.eos_token_id"));
        Assert.AreEqual("u32 2", read.Shown("tokenizer.ggml.padding_token_id"));
        Assert.AreEqual("bool true", read.Shown("tokenizer.ggml.add_bos_token"));
        Assert.AreEqual("string T", read.Shown("tokenizer.chat_template"));
        Assert.IsEmpty(read.Contradictions);
    }

    [TestMethod]
    public void Every_alias_is_read()
    {
        foreach (AprField field in AprFields.All)
        {
            foreach (string alias in field.Aliases)
            {
                using AprFile canonical = AprMetadataSamples.Apr($$"""{"model_type":"llama","architecture":"llama","{{field.Name}}":5}""");
                using AprFile spelled = AprMetadataSamples.Apr($$"""{"model_type":"llama","architecture":"llama","{{alias}}":5}""");
                string[] expected = [.. GgufFromApr.Read(canonical).Entries.Select(entry => $"{entry.Key} {entry.Value.Display()}")];
                Assert.HasCount(2, expected, field.Name);
                CollectionAssert.AreEqual(
                    expected, GgufFromApr.Read(spelled).Entries.Select(entry => $"{entry.Key} {entry.Value.Display()}").ToArray(), alias);
            }
        }
    }

    [TestMethod]
    public void Alias_counts_where_the_canonical_key_is_null() =>
        Assert.AreEqual(
            "u32 7", AprMetadataSamples.Read("""{"model_type":"x","architecture":"llama","num_heads":null,"n_head":7}""")
                .Shown("llama.attention.head_count"));

    [TestMethod]
    [DataRow("llama2", "llama")]
    [DataRow("Mistral", "llama")]
    [DataRow("mixtral", "llama")]
    [DataRow("smollm2", "llama")]
    [DataRow("qwen", "qwen2")]
    [DataRow("Qwen2", "qwen2")]
    [DataRow("qwen2.5", "qwen2")]
    [DataRow("phi4", "phi3")]
    [DataRow("pythia", "gptneox")]
    [DataRow("gpt_bigcode", "starcoder")]
    [DataRow("refinedweb", "falcon")]
    [DataRow("deepseek_v2", "deepseek2")]
    [DataRow("granite3", "granite")]
    public void Slug_means_an_architecture(string slug, string architecture) =>
        Assert.AreEqual(architecture, AprMetadataSamples.Read($$"""{"model_type":"x","architecture":"{{slug}}"}""").Architecture);

    [TestMethod]
    [DataRow("phi")]
    [DataRow("opt")]
    [DataRow("falcon3")]
    [DataRow("Auto")]
    public void Slug_that_means_none_or_several_is_noted(string slug)
    {
        GgufMetadataFrom read = AprMetadataSamples.Read($$"""{"model_type":"x","architecture":"{{slug}}","num_heads":4}""");
        Assert.IsNull(read.Architecture);
        Assert.IsEmpty(read.Entries);
        read.Notes.AssertNote(
            MetadataNotes.Missing, $"'{slug}' is not known to be one architecture of GGUF, so the hyperparameters cannot be named");
    }

    [TestMethod]
    public void Slug_of_a_gguf_import_is_taken_at_its_word()
    {
        Assert.AreEqual(
            "qwen", AprMetadataSamples.Read("""{"model_type":"x","original_format":"gguf","architecture":"qwen"}""").Architecture);
        Assert.AreEqual(
            "new-one", AprMetadataSamples.Read("""{"model_type":"x","original_format":"gguf","architecture":"new-one"}""").Architecture);
    }

    [TestMethod]
    public void Model_type_decides_within_a_family()
    {
        GgufMetadataFrom read = AprMetadataSamples.Read("""{"model_type":"x","architecture":"llama","hf_model_type":"stablelm"}""");
        Assert.AreEqual("stablelm", read.Architecture);
        Assert.IsEmpty(read.Contradictions);
        Assert.AreEqual("phi3", AprMetadataSamples.Read("""{"model_type":"x","architecture":"phi","hf_model_type":"phi3"}""").Architecture);
    }

    [TestMethod]
    public void Epsilon_is_that_of_the_architectures_norm()
    {
        Assert.AreEqual(
            "f32 1E-05", AprMetadataSamples.Read("""{"model_type":"x","architecture":"gpt2","rms_norm_eps":1e-5}""")
                .Shown("gpt2.attention.layer_norm_epsilon"));
        Assert.AreEqual(
            "f32 1E-05", AprMetadataSamples.Read("""{"model_type":"x","architecture":"llama","rms_norm_eps":1e-5}""")
                .Shown("llama.attention.layer_norm_rms_epsilon"));
    }

    [TestMethod]
    [DataRow("\"num_heads\":4,\"n_head\":5", "'num_heads' is 4, but 'n_head' is 5", "u32 4")]
    [DataRow("\"num_heads\":4,\"model.num_heads\":5", "'num_heads' is 4, but 'model.num_heads' is 5", "u32 4")]
    [DataRow("\"n_heads\":4,\"n_head\":5", "'n_heads' is 4, but 'n_head' is 5", "absent")]
    public void Spellings_that_differ_are_a_contradiction(string fields, string note, string read) =>
        AssertContradiction($$"""{"model_type":"x","architecture":"llama",{{fields}}}""", note, "llama.attention.head_count", read);

    [TestMethod]
    public void Spellings_that_agree_are_none() =>
        Assert.IsEmpty(
            AprMetadataSamples.Read(
                """{"model_type":"x","architecture":"llama","num_heads":4,"n_head":4,"rope_theta":0.1,"model.rope_theta":0.10000000149011612}""").Contradictions);

    [TestMethod]
    [DataRow("\"num_heads\":4,\"head_dim\":3", "'num_heads' is 4 and 'head_dim' is 3, but q has 8 rows")]
    [DataRow("\"num_heads\":3", "'num_heads' is 3, which does not divide the 8 rows of q")]
    [DataRow("\"num_heads\":0", "'num_heads' is 0, which does not divide the 8 rows of q")]
    [DataRow("\"num_heads\":4,\"num_kv_heads\":1,\"head_dim\":2", "'num_kv_heads' is 1 and 'head_dim' is 2, but k has 4 rows")]
    [DataRow("\"vocab_size\":4", "'vocab_size' is 4, but the embedding has 3 rows")]
    [DataRow("\"hidden_size\":9", "'hidden_size' is 9, but the embedding has 8 columns")]
    [DataRow("\"tokenizer.vocabulary\":[\"a\",\"b\",\"c\",\"d\"]", "'tokenizer.vocabulary' has 4 items, but the embedding has 3 rows")]
    [DataRow(
        "\"tokenizer.vocabulary\":[\"a\"],\"tokenizer.vocab_size\":2",
        "'tokenizer.vocab_size' is 2, but 'tokenizer.vocabulary' has 1 item")]
    [DataRow(
        "\"tokenizer.vocabulary\":[\"a\"],\"tokenizer.scores\":[1,2]", "'tokenizer.scores' has 2 items, but 'tokenizer.vocabulary' has 1")]
    [DataRow(
        "\"tokenizer.vocabulary\":[\"a\"],\"tokenizer.token_type\":[1,2]",
        "'tokenizer.token_type' has 2 items, but 'tokenizer.vocabulary' has 1")]
    [DataRow(
        "\"tokenizer.vocabulary\":[\"a\"],\"tokenizer.eos_token_id\":1",
        "'tokenizer.eos_token_id' is 1, but 'tokenizer.vocabulary' has 1 item")]
    [DataRow(
        "\"tokenizer.vocabulary\":[\"a\"],\"tokenizer.model\":\"gpt2\",\"tokenizer.model_type\":\"llama\"",
        "'tokenizer.model' is 'gpt2', but 'tokenizer.model_type' is 'llama'")]
    [DataRow("\"chat_template\":\"a\",\"tokenizer.chat_template\":\"b\"", "'chat_template' is 'a', but 'tokenizer.chat_template' is 'b'")]
    [DataRow("\"hf_model_type\":\"gemma2\"", "'architecture' is 'llama', but 'hf_model_type' is 'gemma2'")]
    [DataRow(
        "\"num_layers\":2,\"modelpack.gguf\":{\"llama.block_count\":{\"u64\":3}}",
        "'llama.block_count' is 2 by its field, but 3 in 'modelpack.gguf'")]
    public void Contradiction_names_its_key_and_both_values(string fields, string note)
    {
        GgufMetadataFrom read = AprMetadataSamples.Read(
            $$"""{"model_type":"x","architecture":"llama",{{fields}}}""",
            ("model.embed_tokens.weight", 3, 8), ("model.layers.0.self_attn.q_proj.weight", 8, 8),
            ("model.layers.0.self_attn.k_proj.weight", 4, 8));
        read.Notes.AssertNote(MetadataNotes.Contradiction, note);
        Assert.AreEqual(note, read.Contradictions.First().Text);
    }

    [TestMethod]
    public void Sound_file_has_none() => Assert.IsEmpty(AprMetadataSamples.Read(
        $$"""{"model_type":"x","architecture":"llama",{{Sizes}},"vocab_size":3,"head_dim":2}""",
        ("blk.0.attn_k.weight", 4, 8), ("blk.0.attn_q.weight", 8, 8), ("token_embd.weight", 3, 8)).Contradictions);

    [TestMethod]
    [DataRow("num_heads", "attention.head_count")]
    [DataRow("num_layers", "block_count")]
    [DataRow("hidden_size", "embedding_length")]
    [DataRow("intermediate_size", "feed_forward_length")]
    [DataRow("max_position_embeddings", "context_length")]
    public void Missing_field_is_noted_and_not_guessed(string field, string key)
    {
        GgufMetadataFrom read = AprMetadataSamples.Read("""{"model_type":"x","architecture":"llama"}""");
        Assert.AreEqual("absent", read.Shown($"llama.{key}"));
        read.Notes.AssertNote(MetadataNotes.Missing, $"'{field}' is missing, so 'llama.{key}' is too, which programs need to load a model");
    }

    [TestMethod]
    public void Head_dimension_follows_from_the_rows_where_the_hidden_size_does_not_give_it()
    {
        const string Json = $$"""{"model_type":"x","architecture":"qwen3",{{Sizes}}}""";
        GgufMetadataFrom wide = AprMetadataSamples.Read(
            Json, ("layers.0.self_attn.q_proj.weight", 12, 8), ("layers.0.self_attn.k_proj.weight", 6, 8),
            ("layers.0.self_attn.v_proj.weight", 6, 8));
        Assert.AreEqual("u32 3", wide.Shown("qwen3.attention.key_length"));
        Assert.AreEqual("u32 3", wide.Shown("qwen3.attention.value_length"));
        wide.Notes.AssertNote(
            MetadataNotes.Derived,
            "'head_dim' is missing: 3 follows from the rows of q and v, the hidden size over the heads does not give it");
        GgufMetadataFrom plain = AprMetadataSamples.Read(
            Json, ("layers.0.self_attn.q_proj.weight", 8, 8), ("layers.0.self_attn.k_proj.weight", 4, 8),
            ("layers.0.self_attn.v_proj.weight", 4, 8));
        Assert.AreEqual("absent", plain.Shown("qwen3.attention.key_length"));
    }

    [TestMethod]
    public void Tokens_are_filled_up_to_the_embedding()
    {
        GgufMetadataFrom read = AprMetadataSamples.Read(
            """{"model_type":"x","tokenizer.vocabulary":["a"],"tokenizer.model":"llama","tokenizer.scores":[-1.5]}""",
            ("model.embed_tokens.weight", 3, 8));
        CollectionAssert.AreEqual(new[] { "a", "[PAD1]", "[PAD2]" }, Texts(read, "tokenizer.ggml.tokens"));
        Assert.AreEqual("array[i32] [1, 5, 5]", read.Shown("tokenizer.ggml.token_type"));
        Assert.AreEqual("array[f32] [-1.5, -10000, -10000]", read.Shown("tokenizer.ggml.scores"));
        read.Notes.AssertNote(
            MetadataNotes.Derived,
            "'tokenizer.ggml.tokens' is filled up with 2 unused tokens, [PAD1] and so on, to the 3 rows of the embedding");
    }

    [TestMethod]
    [DataRow("\"tokenizer.vocabulary\":[\"a\",1]", "'tokenizer.vocabulary' is not a list of texts (item 1)")]
    [DataRow("\"tokenizer.vocabulary\":{}", "'tokenizer.vocabulary' is not a list of texts (item 0)")]
    [DataRow("\"tokenizer.vocabulary\":[],\"tokenizer.merges\":[null]", "'tokenizer.merges' is not a list of texts (item 0)")]
    [DataRow(
        "\"tokenizer.vocabulary\":[\"a\"],\"tokenizer.scores\":[\"1\"]",
        "'tokenizer.scores' is not a list of numbers of its type (item 0)")]
    [DataRow(
        "\"tokenizer.vocabulary\":[\"a\"],\"tokenizer.token_type\":[1.5]",
        "'tokenizer.token_type' is not a list of numbers of its type (item 0)")]
    [DataRow(
        "\"tokenizer.vocabulary\":[\"a\"],\"tokenizer.scores\":[1e60]", "'tokenizer.scores' is not a list of numbers of its type (item 0)")]
    [DataRow("\"tokenizer.vocabulary\":[],\"tokenizer.model\":\"BPE\"", "'BPE' is no kind of tokenizer that GGUF has a name for")]
    [DataRow("\"tokenizer.vocabulary\":[],\"tokenizer.add_bos_token\":1", "'tokenizer.add_bos_token' is 1, not true or false")]
    [DataRow("\"tokenizer.vocabulary\":[],\"tokenizer.bos_token_id\":-1", "'tokenizer.bos_token_id' is -1, not a count of 32 bits")]
    [DataRow("\"tokenizer.vocabulary\":[],\"tokenizer.pre_type\":2", "'tokenizer.pre_type' is 2, not a text")]
    [DataRow("\"n_head\":\"4\"", "'n_head' is \"4\", not a count of 32 bits")]
    [DataRow("\"num_heads\":4294967296", "'num_heads' is 4294967296, not a count of 32 bits")]
    [DataRow("\"rope_theta\":1e39", "'rope_theta' is 1e39, not a number of single precision")]
    [DataRow("\"modelpack.gguf\":[]", "'modelpack.gguf' is not an object")]
    [DataRow("\"modelpack.gguf\":{\"a\":{\"u8\":256}}", "'a' in 'modelpack.gguf' is not a value of its type, or stands there twice")]
    [DataRow("\"modelpack.gguf\":{\"a\":{\"u9\":1}}", "'a' in 'modelpack.gguf' is not a value of its type, or stands there twice")]
    [DataRow("\"modelpack.gguf\":{\"a\":{\"array[u8]\":1}}", "'a' in 'modelpack.gguf' is not a value of its type, or stands there twice")]
    [DataRow(
        "\"modelpack.gguf\":{\"a\":{\"u8\":1},\"a\":{\"u8\":2}}",
        "'a' in 'modelpack.gguf' is not a value of its type, or stands there twice")]
    public void Value_that_has_no_words_in_GGUF_is_noted(string fields, string note) =>
        AprMetadataSamples.Read($$"""{"model_type":"x","architecture":"llama",{{fields}}}""").Notes.AssertNote(MetadataNotes.Lost, note);

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Large_vocabulary_costs_as_much_for_each_token_as_a_small_one()
    {
        Allocated(1000);
        long small = Allocated(30_000);
        Assert.IsLessThan(small * 15, Allocated(300_000));

        static long Allocated(int count)
        {
            string tokens = string.Join(',', Enumerable.Range(0, count).Select(id => $"\"t{id}\""));
            string metadata = $$"""{"model_type":"x","tokenizer.vocabulary":[{{tokens}}],"tokenizer.merges":[{{tokens}}]}""";
            long before = GC.GetAllocatedBytesForCurrentThread();
            GgufMetadataFrom read = AprMetadataSamples.Read(metadata);
            Assert.AreEqual(count, read.Find("tokenizer.ggml.merges")!.Count);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [TestMethod]
    public void Vocabulary_of_names_is_recognised()
    {
        Assert.AreEqual(AprNamingScheme.Gguf, AprNamingSchemes.Of(["blk.0.attn_q.weight", "token_embd.weight", "rope_freqs.weight"]));
        Assert.AreEqual(AprNamingScheme.HuggingFace, AprNamingSchemes.Of(["model.layers.0.self_attn.q_proj.weight"]));
        Assert.AreEqual(AprNamingScheme.HuggingFace, AprNamingSchemes.Of(["layers.0.self_attn.q_proj.weight", "other"]));
        Assert.AreEqual(AprNamingScheme.Unknown, AprNamingSchemes.Of(["layers.0.self_attn.q_proj.weight", "blk.0.attn_q.weight"]));
        Assert.AreEqual(AprNamingScheme.Unknown, AprNamingSchemes.Of(["weights"]));
    }

    [TestMethod]
    [DataRow("\"original_format\":\"gguf\"", "model.layers.0.self_attn.q_proj.weight", "gguf")]
    [DataRow("\"original_format\":\"gguf\",\"modelpack.row_order\":\"huggingface\"", "blk.0.attn_q.weight", "huggingface")]
    [DataRow("\"original_format\":\"safetensors\"", "blk.0.attn_q.weight", "huggingface")]
    [DataRow("\"source_metadata\":{}", "blk.0.attn_q.weight", "huggingface")]
    [DataRow("\"rope_type\":0", "model.layers.0.self_attn.q_proj.weight", "huggingface")]
    [DataRow("\"rope_type\":2", "blk.0.attn_q.weight", "gguf")]
    [DataRow("\"rope_type\":2", "weights", null)]
    [DataRow("\"modelpack.row_order\":\"sideways\"", "blk.0.attn_q.weight", null)]
    public void Row_order_is_that_of_the_record_the_origin_or_the_names(string fields, string tensor, string? order)
    {
        using AprFile file = AprMetadataSamples.Apr($$"""{"model_type":"x",{{fields}}}""", (tensor, 2, 2));
        Assert.AreEqual(order, AprRowOrder.Of(file) is { } rows ? AprRowOrder.Word(rows) : null);
    }

    private static void AssertContradiction(string json, string note, string key, string shown)
    {
        GgufMetadataFrom read = AprMetadataSamples.Read(json);
        read.Notes.AssertNote(MetadataNotes.Contradiction, note);
        Assert.AreEqual(shown, read.Shown(key));
    }

    private static string[] Texts(GgufMetadataFrom read, string key)
    {
        List<string> texts = [];
        foreach (ReadOnlyMemory<byte> text in read.Find(key)!.EnumerateStrings())
        {
            texts.Add(Encoding.UTF8.GetString(text.Span));
        }

        return [.. texts];
    }
}
