using ModelPack.Architectures.Names;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Architectures.Names;

/// <summary>Models of every architecture, made from the table: two layers of small tensors with random bytes.</summary>
[TestClass]
public sealed class WholeModelTests
{
    private const int Layers = 2;
    private const int Experts = 3;
    private const int Heads = 4;
    private const int SharedHeads = 2;
    private const int Nope = 3;
    private const int Value = 2;
    private const int Groups = 3;
    private const int GroupHeads = 2;
    private const int State = 2;
    private const int HeadValues = 4;

    // Shapes that the settings of Like decide, by the end of a name.
    private static readonly (string Ending, long[] Shape)[] FormShapes = [
        ("linear_attn.in_proj_qkvz.weight", [Groups * ((2 * State) + (2 * GroupHeads * HeadValues)), 5]),
        ("linear_attn.in_proj_qkv.weight", [Groups * ((2 * State) + (GroupHeads * HeadValues)), 5]),
        ("linear_attn.conv1d.weight", [Groups * ((2 * State) + (GroupHeads * HeadValues)), 1, 7]),
        ("linear_attn.in_proj_z.weight", [Groups * GroupHeads * HeadValues, 5]),
        ("linear_attn.in_proj_a.weight", [Groups * GroupHeads, 5]), ("linear_attn.in_proj_b.weight", [Groups * GroupHeads, 5]),
        ("linear_attn.out_proj.weight", [5, Groups * GroupHeads * HeadValues]),
        ("A_log", [6]), ("mixer.D", [6]), ("mamba.D", [6]), ("mixer.norm.weight", [6]), ("mamba.norm.weight", [6]), ("dt_bias", [6]),
        ("experts.gate_up_proj", [Experts, 5, 8]), ("experts.down_proj", [Experts, 5, 8]),
        ("experts.mlp.w1", [Experts * 4, 5]), ("experts.mlp.w2", [Experts * 4, 5]),
        ("q_conv1d.weight", [6, 1, 7]), ("k_conv1d.weight", [6, 1, 7]), ("v_conv1d.weight", [6, 1, 7])];

    // What sees is made of a folder and not read back (MmprojTests).
    public static IEnumerable<object[]> Translatable =>
        NameTable.Architectures.Where(architecture => !architecture.Contains('/')).Select(architecture => new object[] { architecture });

    [TestMethod]
    [DynamicData(nameof(Translatable))]
    public void A_folder_comes_back_from_gguf(string architecture)
    {
        for (int seed = 0; seed < 4; seed++)
        {
            Random random = new(seed);
            SmallList folder = Folder(architecture, random, rule => [TensorType.BF16, TensorType.F16, TensorType.F32, TensorType.F8E4M3]);
            string[] norms = [.. Rules(architecture).Where(Rounds).Select(name => name.HuggingFaceName)];
            SmallList.Translated gguf = folder.ToGguf()
                .ShouldComeBackExcept([.. folder.Tensors.Select(tensor => tensor.Name).Where(norms.Contains)]);
            Assert.IsEmpty(gguf.Unplaced);
            Assert.IsTrue(gguf.AsList().Tensors.All(tensor => tensor.Name.Length < 64));
        }
    }

    [TestMethod]
    [DynamicData(nameof(Translatable))]
    public void A_gguf_comes_back_from_a_folder_with_the_names_it_was_made_of(string architecture)
    {
        for (int seed = 0; seed < 4; seed++)
        {
            Random random = new(seed);
            SmallList folder = Folder(architecture, random, rule => [Rounds(rule) ? TensorType.F32 : TensorType.I8]);
            SmallList gguf = folder.ToGguf().AsList();
            string[] norms = [.. Rules(architecture).Where(Rounds).Select(name => name.GgufName)];
            SmallList.Translated again = gguf.ToHuggingFace()
                .ShouldComeBackExcept([.. gguf.Tensors.Select(tensor => tensor.Name).Where(norms.Contains)]);
            Assert.IsEmpty(again.Unplaced);

            // A BERT with pooler and classifier is of the class whose encoder stands below a module of its own.
            string prefix = architecture switch { "bert" => "bert.", "modern-bert" => "model.", _ => "" };
            string Named(string name) => name.Split('.')[0] is "classifier" or "head" ? name : prefix + name;
            CollectionAssert.AreEquivalent(folder.Tensors.Select(tensor => Named(tensor.Name)).ToArray(), again.Names);
            foreach ((TensorInfo tensor, byte[] payload) in folder.Tensors.Zip(folder.Payloads)
                .Where(pair => pair.First.Type == TensorType.I8))
            {
                CollectionAssert.AreEqual(tensor.Shape.ToArray(), again[Named(tensor.Name)].Shape.ToArray(), tensor.Name);
                CollectionAssert.AreEqual(payload, again.Bytes(Named(tensor.Name)), tensor.Name);
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Translatable))]
    public void The_order_of_a_folder_does_not_matter_to_a_gguf(string architecture)
    {
        SmallList folder = Folder(architecture, new Random(1), _ => [TensorType.BF16]);
        SmallList reversed = Like(folder);
        foreach ((TensorInfo tensor, byte[] payload) in folder.Tensors.Zip(folder.Payloads).Reverse())
        {
            reversed.Add(tensor.Name, tensor.Type, payload, [.. tensor.Shape]);
        }

        SmallList.Translated first = folder.ToGguf();
        SmallList.Translated second = reversed.ToGguf();
        CollectionAssert.AreEqual(first.Names, second.Names);
        foreach (string name in first.Names)
        {
            CollectionAssert.AreEqual(first.Bytes(name), second.Bytes(name), name);
        }
    }

    [TestMethod]
    public void A_gguf_begins_with_what_is_outside_the_layers_and_goes_on_layer_by_layer()
    {
        SmallList folder = new SmallList("qwen2").AddCounting("model.layers.10.input_layernorm.weight", 2)
            .AddCounting("model.layers.2.self_attn.v_proj.bias", 2)
            .AddCounting("model.layers.2.self_attn.v_proj.weight", 2, 2).AddCounting("model.layers.2.input_layernorm.weight", 2)
            .AddCounting("lm_head.weight", 2, 2)
            .AddCounting("model.embed_tokens.weight", 2, 2);
        CollectionAssert.AreEqual(
            new[] { "token_embd.weight", "output.weight", "blk.2.attn_v.weight", "blk.2.attn_v.bias", "blk.2.attn_norm.weight",
                "blk.10.attn_norm.weight" }, folder.ToGguf().Names);
    }

    [TestMethod]
    public void A_folder_has_the_order_of_the_gguf_with_its_stacks_opened()
    {
        SmallList gguf = new SmallList("granitemoe").AddCounting("blk.0.ffn_up_shexp.weight", 2, 2).AddCounting("output_norm.weight", 2)
            .AddCounting("blk.0.ffn_gate_shexp.weight", 2, 2);
        CollectionAssert.AreEqual(
            new[] { "model.layers.0.shared_mlp.input_linear.weight", "model.norm.weight" }, gguf.ToHuggingFace().Names);
        SmallList stack = new SmallList("qwen3moe").AddCounting("blk.0.ffn_up_exps.weight", 12, 1, 1)
            .AddCounting("token_embd.weight", 2, 2);
        CollectionAssert.AreEqual(
            Enumerable.Range(0, 12).Select(expert => $"model.layers.0.mlp.experts.{expert}.up_proj.weight")
                .Append("model.embed_tokens.weight").ToArray(), stack.ToHuggingFace().Names);
    }

    [TestMethod]
    [DataRow("random-qwen2-small-Q8_0.gguf")]
    [DataRow("random-qwen2-small-Q4_K_M.gguf")]
    public void A_file_that_the_converter_wrote_goes_to_a_folder_and_back_with_every_tensor(string name)
    {
        using GgufFile gguf = GgufFile.Open(new FileByteSource(RepositoryData.Path("corpus", "gguf", "models", name)));
        SmallList list = new SmallList("qwen2").Keys(gguf.Metadata);
        foreach (TensorInfo tensor in gguf.Tensors)
        {
            list.Add(tensor.Name, tensor.Type, gguf.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength), [.. tensor.Shape]);
        }

        SmallList.Translated folder = list.ToHuggingFace().ShouldComeBackExcept();
        Assert.IsEmpty(folder.Unplaced);
        Assert.Contains("model.layers.1.self_attn.q_proj.bias", folder.Names);
        SmallList.Translated again = folder.AsList().ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEquivalent(gguf.Tensors.Select(tensor => tensor.Name).ToArray(), again.Names);
        foreach ((TensorInfo tensor, byte[] payload) in list.Tensors.Zip(list.Payloads))
        {
            Assert.AreEqual(tensor.Type, again[tensor.Name].Type);
            CollectionAssert.AreEqual(payload, again.Bytes(tensor.Name));
        }
    }

    [TestMethod]
    public void Recipes_speak_of_the_given_list_in_both_directions()
    {
        SmallList gguf = new SmallList("llama").AddCounting("rope_freqs.weight", 2).AddCounting("output_norm.weight", 2)
            .AddCounting("token_embd.weight", 2, 2);
        ModelTensor[] given = gguf.Given;
        TensorTranslation translation = TensorTranslator.ToHuggingFace(given, gguf.Facts)!;
        CollectionAssert.AreEqual(
            new PayloadRecipe[] { new PlannedPayload(given[1]), new PlannedPayload(given[2]) }, translation.Tensors
                .Select(tensor => tensor.Payload).ToArray());
        CollectionAssert.AreEqual(
            new PayloadRecipe?[] { null, new PlannedPayload(translation.Tensors[0]), new PlannedPayload(translation.Tensors[1]) },
            translation.Return.ToArray());
        CollectionAssert.AreEqual(new long[] { 2, 4 }, translation.Tensors.Select(tensor => tensor.Payload.Length).ToArray());
        CollectionAssert.AreEqual(new[] { 0 }, translation.Unplaced.ToArray());
    }

    private static SmallList Folder(string architecture, Random random, Func<NameRule, TensorType[]> types)
    {
        SmallList list = Like(architecture);
        HashSet<string> done = new(StringComparer.Ordinal);
        foreach (NameMatch name in Rules(architecture))
        {
            TensorType[] choice = types(name.Rule);
            TensorType type = Rounds(name.Rule) ? choice[random.Next(Math.Min(3, choice.Length))] : choice[random.Next(choice.Length)];
            int parts = name.Rule.Transform switch { NameTransform.Stack => Experts, NameTransform.HeadStack => HeadsOf(name), _ => 1 };
            foreach (string huggingFace in Enumerable.Range(0, parts).Select(part => (name with { Index = part }).HuggingFaceName)
                .Where(done.Add))
            {
                list.AddRandom(random, huggingFace, type, Shape(name));
            }
        }

        return list;
    }

    private static SmallList Like(SmallList folder) =>
        Like(folder.Facts.ExpertCount > 0 && folder.Facts.Architecture == "llama" ? "llama+experts" : folder.Facts.Architecture);

    private static SmallList Like(string architecture)
    {
        SmallList list = new SmallList(architecture.Replace("+experts", "", StringComparison.Ordinal)).Key("attention.head_count", Heads)
            .Key("attention.head_count_kv", SharedHeads)
            .Key("rope.dimension_count", 4).Key("attention.key_length_mla", Nope + 4).Key("attention.value_length_mla", Value)
            .Key("ssm.group_count", Groups).Key("ssm.time_step_rank", Groups * GroupHeads).Key("ssm.state_size", State)
            .Key("ssm.inner_size", Groups * GroupHeads * HeadValues)
            .Key("block_count", Layers + 1).Key("nextn_predict_layers", 1);
        if (architecture == "qwen3vlmoe")
        {
            // Its experts lie one way or the other, which only these tell.
            list.Key("embedding_length", 5).Key("expert_feed_forward_length", 4);
        }

        return architecture == "llama" ? list : list.Key("expert_count", Experts);
    }

    /// <summary>Every name that the table gives a folder, in its usual form: weights everywhere, biases where they can be.</summary>
    private static IEnumerable<NameMatch> Rules(string architecture) =>
        from rule in NameTable.For(Like(architecture).Facts)!.Rules
        where rule.Sides == NameSides.Both && rule.Without is null && !rule.HuggingFace.Text.EndsWith(".wi", StringComparison.Ordinal)
        && rule.HuggingFace.Text != "transformer.h.{n}.input_layernorm"
        from ending in rule.Endings
        where ending.Gguf != ".bias" || ending.HuggingFace == ""
        || (rule.Transform is not (NameTransform.Halves or NameTransform.LatentSplit or NameTransform.Cut)
            && rule.Take[0].Form is not { HasRest: true })
        where ending.HuggingFace is not ("_blocks" or "_scales")
        from layer in rule.Predicts ? [Layers] : Enumerable.Range(0, rule.Gguf.HasLayer ? Layers : 1)
        select new NameMatch(rule, rule.Gguf.HasLayer ? layer : -1, -1, ending.Gguf, ending.HuggingFace);

    // The bytes of these are kept, since what is shown of them is rounded.
    private static bool Rounds(NameRule rule) => rule.Transform is NameTransform.NormPlusOne or NameTransform.NegativeExponential;

    // A bias of such a norm stays as it is.
    private static bool Rounds(NameMatch name) => Rounds(name.Rule) && name.GgufEnding != ".bias";

    private static int HeadsOf(NameMatch name) => name.Rule.Gguf.Text.Contains("attn_k", StringComparison.Ordinal) ? SharedHeads : Heads;

    private static long[] Shape(NameMatch name)
    {
        bool stacked = name.Rule.Gguf.Text.EndsWith("_exps", StringComparison.Ordinal);
        if (name.HuggingFaceEnding == "_bias")
        {
            return [Experts, 8];
        }

        long[] weight = name.Rule.Transform switch
        {
            NameTransform.HeadRows => [HeadsOf(name) * 6, 5],
            NameTransform.HeadsApart => [Heads * 3 * 2, 5],
            NameTransform.GroupsApart => [(Heads + (2 * SharedHeads)) * 3, 5],
            NameTransform.Halves => stacked ? [Experts, 8, 5] : [8, 5],
            NameTransform.LatentSplit => [Heads * (Nope + Value), 5],
            NameTransform.HeadStack => [6],
            NameTransform.Interleaved => [Experts, 5, 8],
            _ when FormShapes.FirstOrDefault(pair => name.HuggingFaceName.EndsWith(pair.Ending, StringComparison.Ordinal)) is
                { Shape: { } shape } => shape,
            NameTransform.NormPlusOne => [7],
            NameTransform.Squeeze => name.GgufEnding == ".weight" ? [6, 1, 7] : [6, 7],
            NameTransform.None when name.Rule.Gguf.Text.Contains("norm", StringComparison.Ordinal) => [7],
            _ => name.Rule.HuggingFaceRank == 2 ? [1, 7] : [6, 7],
        };
        return name.GgufEnding == ".weight" ? weight : weight[..^(weight.Length - 1 == 0 ? 0 : 1)];
    }
}
