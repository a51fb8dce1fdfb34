using System.Text.Json.Nodes;
using ModelPack.Architectures;
using ModelPack.Architectures.Rules;
using ModelPack.Codec.Tests.Architectures.Names;

namespace ModelPack.Codec.Tests.Architectures.Rules;

/// <summary>A model whose head is what it is for never becomes a generator.</summary>
[TestClass]
public sealed class HeadClassTests
{
    private const string NoGguf = "config.json: the model cannot be expressed as GGUF architecture ";
    private const string Page = "---\nlicense: x\n---\n# Qwen3-Reranker-0.6B\n";
    private const string YesAndNo = """{"model":{"vocab":{"no":3,"yes":7}}}""";

    [TestMethod]
    [DataRow("LlamaForSequenceClassification")]
    [DataRow("LlamaForTokenClassification")]
    [DataRow("LlamaForQuestionAnswering")]
    [DataRow("LlamaForRewardModel")]
    [DataRow("LlamaRewardModelWithGating")]
    public void A_class_with_a_head_of_its_own_keeps_its_names(string name) =>
        SmallFolder.Llama().Set("architectures", new JsonArray(name))
        .AssertNotExpressed($"{NoGguf}'llama': its class is {name}, whose head no GGUF of the architecture has");

    [TestMethod]
    [DataRow("score.weight")]
    [DataRow("model.score.weight")]
    [DataRow("v_head.summary.weight")]
    [DataRow("classifier.dense.weight")]
    [DataRow("qa_outputs.weight")]
    public void A_head_among_the_tensors_is_one_whatever_the_class_is_called(string tensor) =>
        SmallFolder.Llama().Set("architectures", new JsonArray("LlamaForCausalLM")).Tensor(tensor, 2, 64)
        .AssertNotExpressed($"{NoGguf}'llama': the tensor {tensor} belongs to a head that no GGUF of the architecture has");

    [TestMethod]
    public void A_plain_class_is_expressed() =>
    Assert.AreEqual("llama", SmallFolder.Llama().Set("architectures", new JsonArray("LlamaForCausalLM")).Derive().Architecture);

    [TestMethod]
    public void A_reranker_is_known_by_the_title_of_its_page_and_by_its_name()
    {
        Assert.IsNull(Qwen3().File("tokenizer.json", YesAndNo).Derive().Head);
        Assert.IsNotNull(Reranker().Derive().Head);
        Assert.IsNotNull(Qwen3().File("tokenizer.json", YesAndNo).Set("_name_or_path", "Qwen/Qwen3-Reranker-0.6B").Derive().Head);
        Assert.IsNull(SmallFolder.Llama().File("README.md", Page).File("tokenizer.json", YesAndNo).Derive().Head);
    }

    [TestMethod]
    public void A_reranker_gets_the_rows_of_its_words_for_a_head()
    {
        DerivedGguf derived = Reranker().File("1_Pooling/config.json", """{"pooling_mode_cls_token":true}""").Derive();
        Assert.AreEqual("model.embed_tokens.weight 7 3", $"{derived.Head!.From} {string.Join(' ', derived.Head.Rows)}");
        Assert.AreEqual("4", derived.Find("qwen3.pooling_type")!.Display(9));
        Assert.AreEqual("[\"yes\", \"no\"]", derived.Find("qwen3.classifier.output_labels")!.Display(9));
        Assert.AreEqual("[\"rerank\"]", derived.Find("tokenizer.chat_templates")!.Display(9));
        string template = derived.Find("tokenizer.chat_template.rerank")!.Text!;
        Assert.StartsWith("<|im_start|>system\nJudge whether the Document meets", template);
        Assert.EndsWith("<Document>: {document}<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n", template);
    }

    [TestMethod]
    [DataRow(false, true, "lm_head.weight")]
    [DataRow(true, true, "model.embed_tokens.weight")]
    [DataRow(false, false, "model.embed_tokens.weight")]
    public void Its_rows_are_those_of_the_matrix_that_it_scores_with(bool tied, bool output, string from)
    {
        SmallFolder folder = Reranker().Set("tie_word_embeddings", tied);
        Assert.AreEqual(from, (output ? folder.Tensor("lm_head.weight", 96, 64) : folder).Derive().Head!.From);
    }

    [TestMethod]
    public void Templates_of_a_reranker_stay_beside_its_own()
    {
        DerivedGguf derived = Reranker()
            .File("tokenizer_config.json", """{"chat_template":[{"name":"tool","template":"a"},{"name":"rerank","template":"b"}]}""")
            .Derive();
        Assert.AreEqual("[\"tool\", \"rerank\"]", derived.Find("tokenizer.chat_templates")!.Display(9));
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("""{"model":{"vocab":{"yes":7}}}""")]
    [DataRow("""{"model":{"vocab":{"yes":7,"no":96}}}""")]
    [DataRow("""{"model":{"vocab":[["yes",0],["no",0]]}}""")]
    public void A_reranker_without_tokens_for_its_words_keeps_its_names(string? tokenizer)
    {
        SmallFolder folder = Qwen3().File("README.md", Page);
        (tokenizer is null ? folder : folder.File("tokenizer.json", tokenizer)).AssertNotExpressed(
            NoGguf + "'qwen3': it is a Qwen3 reranker, which scores by the words yes and no and is no generator, and these are not two "
                + "tokens of tokenizer.json with a row in its head");
    }

    [TestMethod]
    public void A_cross_encoder_takes_its_pooler_and_classifier_along()
    {
        Assert.AreEqual(
            "bert", Bert("BertForSequenceClassification").Tensor("bert.pooler.dense.weight", 64, 64).Tensor("classifier.weight", 1, 64)
                .Derive().Architecture);
        SmallList list = new SmallList("bert").AddCounting("bert.pooler.dense.weight", 4).AddCounting("classifier.weight", 4)
            .AddCounting("classifier.bias", 1);
        CollectionAssert.AreEquivalent(new[] { "cls.weight", "cls.output.weight", "cls.output.bias" }, list.ToGguf().Names);
    }

    [TestMethod]
    public void Without_a_classifier_a_pooler_has_no_place()
    {
        SmallList.Translated gguf = new SmallList("bert").AddCounting("bert.embeddings.LayerNorm.weight", 4)
            .AddCounting("bert.pooler.dense.weight", 4).ToGguf();
        CollectionAssert.AreEqual(new[] { "token_embd_norm.weight" }, gguf.Names);
    }

    [TestMethod]
    [DataRow("BertForTokenClassification", false)]
    [DataRow("BertForQuestionAnswering", true)]
    public void Other_heads_of_bert_keep_their_names(string name, bool pooler)
    {
        SmallFolder folder = Bert(name).Tensor("classifier.weight", 9, 64);
        (pooler ? folder.Tensor("bert.pooler.dense.weight", 64, 64) : folder).AssertNotExpressed(
            $"{NoGguf}'bert': its class is {name}, whose head no GGUF of the architecture has");
    }

    [TestMethod]
    public void A_bert_with_pooler_and_classifier_comes_back_as_the_class_that_has_them()
    {
        SmallGguf gguf = SmallBert.New().Tensor("cls.weight", TensorType.F32, 64, 64).Tensor("cls.output.weight", TensorType.F32, 3, 64);
        string config = gguf.Derive().TextOf("config.json");
        Assert.Contains("\"BertForSequenceClassification\"", config);
        Assert.Contains("\"num_labels\": 3,", config);
        SmallList.Translated folder = new SmallList("bert").AddCounting("token_embd_norm.weight", 4).AddCounting("cls.weight", 4)
            .AddCounting("cls.output.weight", 4).ToHuggingFace();
        CollectionAssert.AreEqual(
            new[] { "bert.embeddings.LayerNorm.weight", "bert.pooler.dense.weight", "classifier.weight" }, folder.Names);
    }

    [TestMethod]
    public void A_classifier_whose_pooler_is_lost_is_no_class_that_needs_it()
    {
        DerivedFolder folder = SmallBert.New().Tensor("cls.output.weight", TensorType.F32, 1, 64).Derive();
        Assert.Contains("\"BertModel\"", folder.TextOf("config.json"));
        folder.AssertNote(
            "config.json: the file has the tensor cls.output.weight of a classifier, but not the pooler before it (cls.weight), without "
                + "which BertForSequenceClassification does not compute the same");
        CollectionAssert.AreEqual(
            new[] { "embeddings.LayerNorm.weight", "classifier.weight" }, new SmallList("bert").AddCounting("token_embd_norm.weight", 4)
                .AddCounting("cls.output.weight", 4).ToHuggingFace().Names);
    }

    [TestMethod]
    public void A_reranker_of_qwen3_comes_back_as_a_classifier()
    {
        DerivedFolder folder = SmallGguf.Decoder("qwen3").Own("attention.key_length", 16).Own("pooling_type", 4)
            .Tensor("cls.output.weight", TensorType.F16, 2, 64).Derive();
        Assert.Contains("\"Qwen3ForSequenceClassification\"", folder.TextOf("config.json"));
        CollectionAssert.AreEqual(
            new[] { "score.weight" }, new SmallList("qwen3").AddCounting("cls.output.weight", 4).ToHuggingFace().Names);
    }

    [TestMethod]
    public void A_head_that_no_class_has_forbids_the_config() =>
    SmallGguf.Decoder("llama").Tensor("cls.output.weight", TensorType.F16, 2, 64).Derive()
        .AssertNoFile(
            "config.json",
            "config.json: config.json cannot be derived: a class that generates has no place for the tensor cls.output.weight");

    private static SmallFolder Reranker() => Qwen3().File("README.md", Page).File("tokenizer.json", YesAndNo);

    private static SmallFolder Qwen3() => SmallFolder.Llama().Set("model_type", "qwen3").Set("head_dim", 16);

    private static SmallFolder Bert(string name) => SmallFolder.With("""
        {
          "model_type": "bert", "hidden_size": 64, "intermediate_size": 160, "max_position_embeddings": 128, "num_attention_heads": 4, "num_hidden_layers": 1, "layer_norm_eps": 1e-12,
          "type_vocab_size": 2, "vocab_size": 96, "hidden_act": "gelu"
        }
        """).Set("architectures", new JsonArray(name)).Tensor("bert.embeddings.word_embeddings.weight", 96, 64)
            .Tensor("bert.embeddings.token_type_embeddings.weight", 2, 64)
            .Layers(1, "bert.encoder.layer.", ("attention.self.query.weight", 64, 64));
}
