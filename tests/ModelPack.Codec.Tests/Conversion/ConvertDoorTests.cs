using System.Text.RegularExpressions;
using ModelPack.Codec.Tests.Models;
using ModelPack.Diagnostics;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Conversions as a program calls them: opened models, streams, formats that a name says, and errors of the platform.</summary>
[TestClass]
public sealed partial class ConvertDoorTests : IDisposable
{
    private static readonly ConversionOptions Blocks = new() { Quantized = QuantizedMode.Blocks };

    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [TestMethod]
    public async Task The_ending_of_the_target_says_the_format()
    {
        Assert.AreEqual(ModelFormat.Apr, ModelConverter.Convert(ModelFixtures.Small, folder.At("a.apr"), options: Blocks).Output.Format);
        Certificate later = await ModelConverter.ConvertAsync(ModelFixtures.Small, folder.At("b.safetensors"), options: Blocks);
        Assert.AreEqual(ModelFormat.SafeTensors, later.Output.Format);
        Assert.ThrowsExactly<ArgumentException>(() => ModelConverter.Convert(ModelFixtures.Small, folder.At("a.bin")));
        Assert.IsFalse(File.Exists(folder.At("a.bin")));
    }

    [TestMethod]
    public void A_target_whose_name_ends_like_another_format_is_refused()
    {
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
            () => ModelConverter.Convert(ModelFixtures.Small, folder.At("wrong.gguf"), ModelFormat.Apr));
        Assert.AreEqual("MP2410", error.Code.Id);
        Assert.IsFalse(File.Exists(folder.At("wrong.gguf")));
        Assert.AreEqual("MP2410", Assert.ThrowsExactly<ModelPackException>(
            () => ModelConverter.Plan(ModelFixtures.Small, folder.At("wrong.safetensors"), ModelFormat.Apr)).Code.Id);
        using Model model = Model.Open(ModelFixtures.Small);
        Assert.AreEqual("MP2410", Assert.ThrowsExactly<ModelPackException>(
            () => ModelConverter.Convert(model, folder.At("wrong.gguf"), ModelFormat.Apr, Blocks)).Code.Id);
    }

    [TestMethod]
    public void An_opened_model_and_a_stream_become_what_the_path_becomes()
    {
        ModelConverter.Convert(ModelFixtures.Small, folder.At("path.apr"), options: Blocks);
        byte[] expected = File.ReadAllBytes(folder.At("path.apr"));
        using (Model model = Model.Open(ModelFixtures.Small))
        {
            ModelConverter.Convert(model, folder.At("model.apr"), ModelFormat.Apr, Blocks);
        }

        CollectionAssert.AreEqual(expected, File.ReadAllBytes(folder.At("model.apr")));
        using FileStream source = File.OpenRead(ModelFixtures.Small);
        using MemoryStream target = new();
        Certificate proof = ModelConverter.Convert(source, target, ModelFormat.Apr, Blocks);
        Assert.AreEqual((ProofLevel.L3, target.Length), (proof.Level, proof.Output.Bytes));
        Assert.IsTrue(source.CanRead);

        // The record names the source, which has no name here.
        using Model read = Model.Open(target.ToArray());
        Assert.IsTrue(ModelVerifier.Verify(Model.Open(expected), read, ProofLevel.L1).Passed);
    }

    [TestMethod]
    public void A_stream_takes_no_output_of_several_files()
    {
        using FileStream source = File.OpenRead(ModelFixtures.Small);
        using MemoryStream target = new();
        Assert.AreEqual("MP2411", Assert.ThrowsExactly<ModelPackException>(
            () => ModelConverter.Convert(source, target, ModelFormat.SafeTensors, new())).Code.Id);
        Assert.AreEqual(0, target.Length);
    }

    [TestMethod]
    public void An_opened_model_is_not_converted_over_itself()
    {
        string path = folder.At("same.gguf");
        File.Copy(ModelFixtures.Small, path);
        using Model model = Model.Open(path);
        Assert.AreEqual("MP2007", Assert.ThrowsExactly<ModelPackException>(() => ModelConverter.Convert(
            model, path, ModelFormat.Gguf, new ConversionOptions { Existing = ExistingTarget.Replace })).Code.Id);
    }

    [TestMethod]
    public async Task Errors_of_the_file_system_are_those_of_the_platform()
    {
        string missing = folder.At("missing.gguf");
        Assert.ThrowsExactly<FileNotFoundException>(() => Model.Open(missing));
        Assert.ThrowsExactly<FileNotFoundException>(() => ModelConverter.Convert(missing, folder.At("a.apr")));
        Assert.ThrowsExactly<FileNotFoundException>(() => ModelConverter.Plan(missing, folder.At("a.apr")));
        await Assert.ThrowsExactlyAsync<FileNotFoundException>(() => ModelConverter.ConvertAsync(missing, folder.At("a.apr")));
        Assert.ThrowsExactly<FileNotFoundException>(() => ModelValidator.Validate(missing));
        Assert.ThrowsExactly<FileNotFoundException>(() => ModelVerifier.Verify(missing, ModelFixtures.Small));
        Assert.ThrowsExactly<FileNotFoundException>(() => FileHash.Xxh128(missing));
        Assert.Throws<IOException>(() => ModelConverter.Convert(ModelFixtures.Small, folder.At("none/a.apr"), options: Blocks));
    }

    [TestMethod]
    public void An_opened_model_and_a_stream_are_converted_with_progress_until_the_token_stops_it()
    {
        using Model model = Model.Open(ModelFixtures.Small);
        List<ConversionPhase> heard = [];
        Heard progress = new(heard);
        Certificate proof = ModelConverter.Convert(model, folder.At("a.apr"), options: Blocks, progress: progress);
        Assert.AreEqual(ModelFormat.Apr, proof.Output.Format);
        CollectionAssert.IsSubsetOf(new[] { ConversionPhase.Writing, ConversionPhase.Proving }, heard);
        heard.Clear();
        using FileStream source = File.OpenRead(ModelFixtures.Small);
        using MemoryStream target = new();
        ModelConverter.Convert(source, target, ModelFormat.Apr, Blocks, progress);
        CollectionAssert.AreEqual(File.ReadAllBytes(folder.At("a.apr")), target.ToArray());
        Assert.IsNotEmpty(heard);
        CancellationToken stopped = new(true);
        Assert.Throws<OperationCanceledException>(() => ModelConverter.Convert(model, folder.At("b.apr"), cancellation: stopped));
        source.Position = 0;
        Assert.Throws<OperationCanceledException>(
            () => ModelConverter.Convert(source, target, ModelFormat.Apr, Blocks, cancellation: stopped));
        Assert.IsFalse(File.Exists(folder.At("b.apr")));
    }

    [TestMethod]
    public void Hash_and_statistics_of_a_path_are_those_of_the_opened_model()
    {
        using Model model = Model.Open(ModelFixtures.Small);
        List<ConversionPhase> heard = [];
        Assert.AreEqual(ModelHash.Compute(model).Model, ModelHash.Compute(ModelFixtures.Small, progress: new Heard(heard)).Model);
        Assert.IsNotEmpty(heard);
        heard.Clear();
        Assert.AreEqual(
            ModelStatistics.Compute(model).Digest, ModelStatistics.Compute(ModelFixtures.Small, progress: new Heard(heard)).Digest);
        Assert.IsNotEmpty(heard);
        CancellationToken stopped = new(true);
        Assert.Throws<OperationCanceledException>(() => ModelHash.Compute(ModelFixtures.Small, cancellation: stopped));
        Assert.Throws<OperationCanceledException>(() => ModelStatistics.Compute(ModelFixtures.Small, cancellation: stopped));
        string shard = Path.Combine(ModelFixtures.SafeTensors("sharded_three"), "model-00002-of-00003.safetensors");
        Assert.HasCount(1, ModelHash.Compute(shard, PathScope.FileAlone).Tensors);
        Assert.HasCount(1, ModelStatistics.Compute(shard, PathScope.FileAlone).Tensors);
    }

    [TestMethod]
    public void Statistics_of_no_values_name_no_range()
    {
        using Model model = Model.Open(ModelFixtures.SafeTensors("empty_tensors.safetensors"));
        Assert.AreEqual("e0: 0 values, none of them finite", ModelStatistics.Compute(model.Tensors["e0"]).ToString());
    }

    [TestMethod]
    public void A_scalar_names_the_call_that_reads_it()
    {
        using Model model = Model.Open(ModelFixtures.SafeTensors("scalar_rank0.safetensors"));
        string message = Assert.ThrowsExactly<InvalidOperationException>(() => model.Tensors[0].Slice(0, 1)).Message;
        StringAssert.EndsWith(message, "call ToArray<double>");
    }

    [TestMethod]
    public void Wrong_arguments_are_argument_exceptions()
    {
        using Model model = Model.Open(ModelFixtures.Small);
        Assert.ThrowsExactly<ArgumentNullException>(() => Model.Open((string)null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => ModelConverter.Convert((string)null!, "a.apr"));
        Assert.ThrowsExactly<ArgumentException>(() => ModelConverter.Convert(ModelFixtures.Small, ""));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ModelConverter.Convert(ModelFixtures.Small, "a.apr", (ModelFormat)9));
        Assert.ThrowsExactly<ArgumentNullException>(() => ModelConverter.Convert((Model)null!, "a.apr", ModelFormat.Apr, Blocks));
        Assert.ThrowsExactly<ArgumentException>(() => ModelConverter.Convert(model, "a.bin"));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Model.Open(ModelFixtures.Small, (PathScope)9));
        Assert.AreEqual("path", Assert.ThrowsExactly<ArgumentNullException>(() => new MappedByteSource(null!)).ParamName);
        Assert.AreEqual("path", Assert.ThrowsExactly<ArgumentNullException>(() => ModelValidator.Validate((string)null!)).ParamName);
        Assert.AreEqual("path", Assert.ThrowsExactly<ArgumentNullException>(() => CertificateJson.Read(null!)).ParamName);
        Assert.AreEqual("path", Assert.ThrowsExactly<ArgumentNullException>(() => ModelHash.Compute((string)null!)).ParamName);
        Assert.AreEqual("path", Assert.ThrowsExactly<ArgumentNullException>(() => ModelStatistics.Compute((string)null!)).ParamName);
        Assert.ThrowsExactly<ArgumentNullException>(
            () => ModelConverter.Convert(Stream.Null, null!, ModelFormat.Apr, Blocks));
        using FileStream source = File.OpenRead(ModelFixtures.Small);
        using MemoryStream frozen = new([], writable: false);
        Assert.ThrowsExactly<ArgumentException>(() => ModelConverter.Convert(source, frozen, ModelFormat.Apr, Blocks));
        Assert.ThrowsExactly<ArgumentNullException>(() => ModelVerifier.Verify(model, null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => ModelValidator.Validate((Model)null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => ModelHash.Compute((Model)null!));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ModelBuilder((ModelFormat)9));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TensorTypes.Get((TensorType)200));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.Tensors[0].Slice(-1, 1));
    }

    public static IEnumerable<object[]> NoOptions { get; } =
    [
        [nameof(ConversionOptions.Scope), (Func<object>)(() => new ConversionOptions { Scope = (PathScope)9 })],
        [nameof(ConversionOptions.Quantized), (Func<object>)(() => new ConversionOptions { Quantized = (QuantizedMode)9 })],
        [nameof(ConversionOptions.Dtype), (Func<object>)(() => new ConversionOptions { Dtype = (TensorType)200 })],
        [nameof(ConversionOptions.Loss), (Func<object>)(() => new ConversionOptions { Loss = (LossPolicy)9 })],
        [nameof(ConversionOptions.Epsilon), (Func<object>)(() => new ConversionOptions { Epsilon = double.NaN })],
        [nameof(ConversionOptions.Epsilon), (Func<object>)(() => new ConversionOptions { Epsilon = -1 })],
        [nameof(ConversionOptions.Epsilon), (Func<object>)(() => new ConversionOptions { Epsilon = double.PositiveInfinity })],
        [nameof(ConversionOptions.Naming), (Func<object>)(() => new ConversionOptions { Naming = (NamingMode)9 })],
        [nameof(ConversionOptions.Origin), (Func<object>)(() => new ConversionOptions { Origin = (OriginMode)9 })],
        [nameof(ConversionOptions.NonFinite), (Func<object>)(() => new ConversionOptions { NonFinite = (NonFinitePolicy)9 })],
        [nameof(ConversionOptions.Existing), (Func<object>)(() => new ConversionOptions { Existing = (ExistingTarget)9 })],
        [nameof(ConversionOptions.MaxShardBytes), (Func<object>)(() => new ConversionOptions { MaxShardBytes = 0 })],
        [nameof(ConversionOptions.Threads), (Func<object>)(() => new ConversionOptions { Threads = -1 })],
        [nameof(SaveOptions.Existing), (Func<object>)(() => new SaveOptions { Existing = (ExistingTarget)9 })],
        [nameof(SaveOptions.MaxShardBytes), (Func<object>)(() => new SaveOptions { MaxShardBytes = 0 })],
        ["level", (Func<object>)(() => ModelVerifier.Verify(ModelFixtures.Small, ModelFixtures.Small, (ProofLevel)9))],
    ];

    [TestMethod]
    [DynamicData(nameof(NoOptions))]
    public void An_option_that_there_is_not_is_refused_where_it_is_said(string name, Func<object> say) =>
        Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ = say()).ParamName);

    [TestMethod]
    public void An_opened_model_is_not_verified_to_a_level_that_there_is_not()
    {
        using Model model = Model.Open(ModelFixtures.Small);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ModelVerifier.Verify(model, model, (ProofLevel)9));
    }

    [TestMethod]
    public void Messages_name_options_as_the_library_spells_them()
    {
        string[] words = [.. ErrorCatalog.All.Where(code => code.Remedy.Contains("--", StringComparison.Ordinal))
            .Select(code => ApiWords.Of(code.Remedy))];
        Assert.IsNotEmpty(words);
        foreach (string text in words)
        {
            Assert.DoesNotContain("--", text);
            foreach (Match option in Option().Matches(text))
            {
                (string property, string type, string value) =
                    (option.Groups["property"].Value, option.Groups["type"].Value, option.Groups["value"].Value);
                Assert.AreEqual(type, typeof(ConversionOptions).GetProperty(property)?.PropertyType.Name, text);
                Assert.IsTrue(Enum.GetNames(typeof(ConversionOptions).GetProperty(property)!.PropertyType).Contains(value), text);
            }
        }
    }

    [TestMethod]
    public void What_a_message_tells_to_set_helps()
    {
        string target = folder.At("a.apr");
        ModelConverter.Convert(ModelFixtures.Small, target, options: Blocks);
        Assert.Contains(
            "Existing = ExistingTarget.Replace", Refusal(() => ModelConverter.Convert(ModelFixtures.Small, target, options: Blocks)));
        ModelConverter.Convert(ModelFixtures.Small, target, options: Blocks with { Existing = ExistingTarget.Replace });

        string odd = folder.At("odd.safetensors");
        new ModelBuilder(ModelFormat.SafeTensors).Add("w", [1], new[] { float.NaN }).Save(odd);
        Assert.Contains("NonFinite = NonFinitePolicy.Allow", Refusal(() => ModelConverter.Convert(odd, folder.At("odd.apr"))));
        ModelConverter.Convert(odd, folder.At("odd.apr"), options: new() { NonFinite = NonFinitePolicy.Allow });

        ConversionOptions half = new() { Dtype = TensorType.F16 };
        string plain = folder.At("plain.safetensors");
        new ModelBuilder(ModelFormat.SafeTensors).Add("w", [2, 2], new float[4]).Save(plain);
        Assert.Contains(
            "Loss = LossPolicy.Allow",
            Refusal(() => ModelConverter.Convert(plain, folder.At("n.gguf"), options: half)));
        ModelConverter.Convert(plain, folder.At("n.gguf"), options: half with { Loss = LossPolicy.Allow });
    }

    private static string Refusal(Action action) => Assert.ThrowsExactly<ModelPackException>(action).Message;

    [GeneratedRegex(@"(?<property>\w+) = (?<type>\w+)\.(?<value>\w+)")]
    private static partial Regex Option();

    private sealed class Heard(List<ConversionPhase> phases) : IProgress<ConversionProgress>
    {
        public void Report(ConversionProgress value)
        {
            lock (phases)
            {
                phases.Add(value.Phase);
            }
        }
    }
}
