using System.Buffers.Binary;
using ModelPack.Architectures;
using ModelPack.Codec.Tests.Verification;
using ModelPack.Conversion;
using ModelPack.Conversion.Ancestors;
using ModelPack.IO;
using ModelPack.Models;
using ModelPack.Origin;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Files that somebody prepared to fool a proof (tests/data/cases/hostile).</summary>
[TestClass]
public sealed class HostileCaseTests
{
    private const long AllocationLimit = 64 << 20;

    public static IEnumerable<string> Bombs => RepositoryData.Files("cases/hostile/bombs", "*").Select(path => Path.GetFileName(path));

    public static IEnumerable<string> BadTexts => ["added-content-bad-UTF-8", "config-key-bad-UTF-8", "generation-bad", "tok-cfg-tmpl-bad"];

    [TestMethod]
    public void Literals_of_a_forged_record_stand_for_no_weights_in_a_comparison()
    {
        string good = Case("forged-literal", "good.gguf");
        string evil = Case("forged-literal", "evil.safetensors");
        foreach ((string first, string second) in new[] { (good, evil), (evil, good), (Case("forged-literal", "good.safetensors"), evil) })
        {
            foreach (ProofLevel level in new[] { ProofLevel.L1, ProofLevel.L2, ProofLevel.L3 })
            {
                VerificationReport report = ModelVerifier.Verify(first, second, level);
                Assert.IsFalse(report.Passed);
                Assert.IsNull(report.Proved);
                Assert.IsTrue(report.Differences.Any(difference => difference.Kind == DifferenceKind.Payload && difference.Place == "w"));
            }
        }

        Assert.IsTrue(ModelVerifier.Verify(good, Case("forged-literal", "good.safetensors"), ProofLevel.L3).Passed);
        using ModelFile right = ModelFiles.Open(good);
        using ModelFile wrong = ModelFiles.Open(evil);
        Assert.IsFalse(ModelDiff.Compare(right, wrong).Differences.IsEmpty);
        Assert.AreNotEqual(ModelHash.Compute(right).Model, ModelHash.Compute(wrong).Model);
        Assert.IsFalse(ModelVerifier.Verify(good, evil, Tolerance).Passed);
    }

    [TestMethod]
    public void Literals_of_a_forged_record_restore_no_weights()
    {
        using TempFolder folder = new();
        string evil = Case("forged-literal", "evil.safetensors");
        foreach (LossPolicy loss in Enum.GetValues<LossPolicy>())
        {
            ModelPackException exception = Assert.Throws<ModelPackException>(
                () => ModelConverter.Convert(evil, folder.At("back.gguf"), ModelFormat.Gguf, new() { Loss = loss }));
            Assert.AreEqual((OriginErrors.ForgedOrigin, ErrorKind.NotProved), (exception.Code, exception.Code.Kind));
            Assert.IsEmpty(folder.Names());
        }

        // The remedy that the error names.
        ModelConverter.Convert(evil, folder.At("own.gguf"), ModelFormat.Gguf, new() { Origin = OriginMode.None });
        CollectionAssert.AreEqual(Payload(evil, "w"), Payload(folder.At("own.gguf"), "w"));
        Certificate other = ModelConverter.Convert(evil, folder.At("other.apr"), ModelFormat.Apr, new());
        CollectionAssert.AreEqual(Payload(evil, "w"), Payload(folder.At("other.apr"), "w"));
        Assert.IsTrue(other.Notes.Any(note => note.Contains("its origin record was left behind", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Values_that_only_a_record_holds_are_looked_at_before_they_are_written()
    {
        using TempFolder folder = new();
        string evil = Case("forged-nan", "evil.safetensors");
        ModelPackException exception = Assert.Throws<ModelPackException>(
            () => ModelConverter.Convert(evil, folder.At("back.gguf"), ModelFormat.Gguf, new()));
        Assert.AreEqual(ConversionErrors.NonFinite, exception.Code);
        Assert.AreEqual("w", exception.TensorName);
        StringAssert.Contains(exception.Detail, "1 NaN and 1 infinite values of 4");
        exception = Assert.Throws<ModelPackException>(
            () => ModelConverter.Convert(evil, folder.At("back.gguf"), ModelFormat.Gguf, new() { NonFinite = NonFinitePolicy.Allow }));
        Assert.AreEqual(OriginErrors.ForgedOrigin, exception.Code);
        Assert.IsEmpty(folder.Names());
    }

    [TestMethod]
    public void Sizes_of_a_record_that_add_up_to_no_number_are_a_damaged_record()
    {
        string path = Case("overflow", "two-files-sum.safetensors");
        AssertRefused(path, "MP2004");
    }

    [TestMethod]
    [DataRow("only-side.safetensors")]
    [DataRow("two-of-one-name.safetensors")]
    public void Names_of_a_record_that_no_model_has_are_refused(string name) => AssertRefused(Case("forged-names", name), "MP2004");

    [TestMethod]
    [DataRow(".bashrc")]
    [DataRow("Directory.Build.props")]
    [DataRow("m.ggml-blocks.safetensors")]
    [DataRow("other.gguf.ggml-blocks.safetensors")]
    [DataRow("run.exe")]
    [DataRow("pytorch_model.bin")]
    [DataRow("2_Dense/run.bin")]
    [DataRow("m.gguf.modelpack.json")]
    public void Name_beside_a_model_that_is_no_companion_is_refused(string name)
    {
        OriginBody body = new OriginBody().Modes().File("m.gguf", 1).Zeros(1).File(name, 1).Zeros(1);
        ModelPackException exception = Assert.Throws<ModelPackException>(
            () => OriginRecords.Read(OriginRecords.Build(body.ToArray(), files: 2)));
        Assert.AreEqual("MP2004", exception.Code.Id);
        OriginRecords.Read(
            OriginRecords.Build(new OriginBody().Modes().File("m.gguf", 1).Zeros(1).File("config.json", 1).Zeros(1).ToArray(), files: 2));
    }

    [TestMethod]
    [DataRow(".bashrc")]
    [DataRow("Directory.Build.props")]
    [DataRow("m.safetensors")]
    public void First_file_of_a_record_is_one_of_its_format(string name) => Assert.AreEqual("MP2004", Assert.Throws<ModelPackException>(
        () => OriginRecords.Read(OriginRecords.Build(new OriginBody().Modes().File(name, 1).Zeros(1).ToArray()))).Code.Id);

    [TestMethod]
    public void Source_under_any_name_comes_back_and_its_record_has_a_name_of_its_format()
    {
        using TempFolder folder = new();
        foreach (string name in new[] { "sha256-0123", "weights.bin", "Directory.Build.props" })
        {
            string source = folder.Write(name, SmallModels.Gguf());
            ModelConverter.Convert(source, folder.At("out.apr"), ModelFormat.Apr, new() { Existing = ExistingTarget.Replace });
            Assert.IsTrue(ModelVerifier.Verify(source, folder.At("out.apr"), ProofLevel.L3).Passed);
            ModelConverter.Convert(
                folder.At("out.apr"), folder.At("back.gguf"), ModelFormat.Gguf, new() { Existing = ExistingTarget.Replace });
            CollectionAssert.AreEqual(SmallModels.Gguf(), File.ReadAllBytes(folder.At("back.gguf")));
        }
    }

    [TestMethod]
    [DoNotParallelize]
    [DynamicData(nameof(Bombs))]
    public void Bomb_is_refused_or_done_with_in_work_that_follows_its_size(string name)
    {
        using TempFolder folder = new();
        string path = Case("bombs", name);
        string good = Case("forged-literal", "good.gguf");
        foreach (Action act in new Action[]
        {
            () => ModelConverter.Convert(path, folder.At("out.gguf"), ModelFormat.Gguf, new()),
            () => ModelConverter.Convert(path, folder.At("out.apr"), ModelFormat.Apr, new()),
            () => ModelConverter.Plan(path, folder.At("out.gguf"), ModelFormat.Gguf, new()),
            () => Hash(path),
            () => Assert.IsFalse(ModelVerifier.Verify(good, path).Passed),
            () => ModelValidator.Validate(path),
        })
        {
            long before = GC.GetTotalAllocatedBytes();
            try
            {
                act();
            }
            catch (ModelPackException exception)
            {
                Assert.IsTrue(exception.Code.Id is "MP2004" or "MP2031", exception.Describe());
            }

            Assert.IsLessThan(AllocationLimit, GC.GetTotalAllocatedBytes() - before);
        }

        Assert.IsEmpty(folder.Names());
    }

    [TestMethod]
    public void Broken_generation_config_is_the_only_file_that_is_not_read()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder.At("model"));
        foreach (string file in new[] { "base", "generation-bad" }.SelectMany(from => Directory.EnumerateFiles(Case("bad-utf8", from))))
        {
            File.Copy(file, Path.Combine(folder.At("model"), Path.GetFileName(file)), overwrite: true);
        }

        ModelDescription Read()
        {
            using ModelFile file = ModelFiles.Open(folder.At("model"));
            return ModelDescription.Of(file, NamingMode.Native);
        }

        ModelDescription broken = Read();
        Assert.IsTrue(
            broken.Notes.Any(
                note => note.Text.StartsWith("generation_config.json is not JSON: ", StringComparison.Ordinal)
                    && note.Text.EndsWith("nothing is read from it", StringComparison.Ordinal)));
        File.Delete(folder.At("model/generation_config.json"));
        ModelDescription without = Read();
        Assert.IsNotEmpty(without.Entries);
        CollectionAssert.AreEqual(
            without.Entries.Select(entry => entry.ToString()).ToArray(), broken.Entries.Select(entry => entry.ToString()).ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(BadTexts))]
    public void Companion_with_a_byte_that_is_no_text_is_a_finding_and_refused(string name)
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder.At("model"));
        foreach (string from in new[] { "base", name })
        {
            foreach (string file in Directory.EnumerateFiles(RepositoryData.Path("cases", "hostile", "bad-utf8", from)))
            {
                File.Copy(file, Path.Combine(folder.At("model"), Path.GetFileName(file)), overwrite: true);
            }
        }

        Assert.IsFalse(ModelValidator.Validate(folder.At("model")).Findings.IsEmpty);
        foreach ((string target, ModelFormat format) in new[] { ("out.gguf", ModelFormat.Gguf), ("out.apr", ModelFormat.Apr) })
        {
            try
            {
                Certificate proof = ModelConverter.Convert(folder.At("model"), folder.At(target), format, new());
                Assert.IsTrue(proof.Notes.Any(note => note.Contains("not valid JSON", StringComparison.Ordinal)));
            }
            catch (ModelPackException exception)
            {
                Assert.AreEqual(ErrorKind.InvalidFile, exception.Code.Kind, exception.Describe());
                StringAssert.Contains(exception.Detail, "UTF-8");
            }
        }

        Hash(folder.At("model"));
    }

    [TestMethod]
    public void View_of_a_record_that_is_not_what_its_blocks_decode_to_proves_nothing()
    {
        // Blocks widened to F32: the record has the hash of what is shown, and whoever changes that changes the hash too.
        using TempFolder folder = new();
        string source = folder.Write("q.gguf", TestModels.GgufBytes([Q5K("blk.0.ffn_up.weight", 0x3C00)]));
        string output = folder.At("q.safetensors");
        ModelConverter.Convert(source, output, ModelFormat.SafeTensors, new());
        Assert.AreEqual(2, folder.Names().Count(name => name.EndsWith(".safetensors", StringComparison.Ordinal)));
        byte[] bytes = File.ReadAllBytes(output);
        bytes[^1] ^= 0x10;
        Hash128 shown = Hash128.Of(bytes.AsSpan(bytes.Length - 1024));
        File.WriteAllBytes(
            output, OriginRecords.WithRecord(bytes, record => record with { Views = [record.Views[0] with { Hash = shown }] }));
        Assert.IsFalse(ModelVerifier.Verify(source, output, ProofLevel.L1).Passed);
        Assert.AreEqual(
            OriginErrors.ForgedOrigin,
            Assert.Throws<ModelPackException>(() => ModelConverter.Convert(output, folder.At("back.gguf"), ModelFormat.Gguf, new())).Code);
        Certificate other = ModelConverter.Convert(output, folder.At("other.apr"), ModelFormat.Apr, new());
        Assert.IsTrue(other.Notes.Any(note => note.Contains("does not show what it was made of", StringComparison.Ordinal)));
        CollectionAssert.AreEqual(bytes[^1024..], Payload(folder.At("other.apr"), "blk.0.ffn_up.weight"));
        using ModelFile file = ModelFiles.Open(output);
        StringAssert.Contains(ModelHash.Compute(file).Notes.Single(), "does not show what it was made of");
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow(OriginMode.Embed)]
    [DataRow(OriginMode.None)]
    public void Source_that_changes_while_it_is_converted_gives_no_output_that_shows_something_else(OriginMode origin)
    {
        byte[] source = TestModels.GgufBytes([Q5K("blk.0.ffn_up.weight", 0x3C00)]);
        using TempFolder folder = new();
        int refused = 0;
        for (int reads = 1; reads < 40; reads++)
        {
            using ChangingSource changing = new(source, reads);
            using ModelFile file = ModelFiles.Open(changing, ModelFormat.Gguf);
            string output = folder.At($"{reads}.safetensors");
            try
            {
                ModelConverter.Convert(file, output, ModelFormat.SafeTensors, new() { Origin = origin, Loss = LossPolicy.Allow });
            }
            catch (ModelPackException)
            {
                refused++;
                continue;
            }

            // What it shows is what one of the two states decodes to: with a record, the one that lies beside it.
            float[] values = new float[256];
            byte[] blocks = origin == OriginMode.Embed
                ? File.ReadAllBytes(ModelFiles.SideFilePath(output))[^176..]
                : changing.Used[^192..^16];
            TensorDecoder.Decode(TensorType.Q5_K, blocks, values);
            CollectionAssert.AreEqual(values.Select(BitConverter.SingleToInt32Bits).ToArray(), Floats(File.ReadAllBytes(output)[^1024..]));
        }

        // Without a record nothing in the output says which of the two it was, and the source is asked again.
        Assert.AreEqual(origin == OriginMode.None, refused > 0);
    }

    [TestMethod]
    public void NaN_that_lies_in_a_side_file_only_is_found_before_it_is_written()
    {
        using TempFolder folder = new();
        string source = folder.Write("n.gguf", TestModels.GgufBytes([Q5K("blk.0.ffn_up.weight", 0x7C00)]));
        string output = folder.At("n.safetensors");
        ModelConverter.Convert(source, output, ModelFormat.SafeTensors, new() { NonFinite = NonFinitePolicy.Allow });
        byte[] bytes = File.ReadAllBytes(output);
        bytes.AsSpan(bytes.Length - 1024).Clear();
        Hash128 shown = Hash128.Of(new byte[1024]);
        File.WriteAllBytes(
            output, OriginRecords.WithRecord(bytes, record => record with { Views = [record.Views[0] with { Hash = shown }] }));
        foreach (ModelFormat format in new[] { ModelFormat.Gguf, ModelFormat.Apr })
        {
            ModelPackException exception = Assert.Throws<ModelPackException>(
                () => ModelConverter.Convert(output, folder.At("back"), format, new()));
            Assert.AreEqual(ConversionErrors.NonFinite, exception.Code);
        }
    }

    [TestMethod]
    public void Records_within_records_share_one_budget()
    {
        RecordBudget budget = new(1000);
        budget.TakeRecord(16 << 20);
        ModelPackException exception = Assert.Throws<ModelPackException>(() => budget.TakeRecord(1 << 20));
        Assert.AreEqual(("MP2031", ErrorKind.InvalidFile), (exception.Code.Id, exception.Code.Kind));
        Assert.Throws<ModelPackException>(() => budget.TakeRecipes(1 << 20));
        Assert.Throws<ModelPackException>(() => budget.EnsureLength((1 << 20) + 32_001));
        budget.EnsureLength((1 << 20) + 32_000);
    }

    [TestMethod]
    public void Cost_of_a_recipe_counts_each_byte_that_lies_apart()
    {
        const long Length = 1 << 20;
        StoredPayload stored = new(0, Length);
        ExchangedPayload bytes = new(stored, 1, Length / 2, 2, 1);
        JoinedPayload crumbs = new([.. Enumerable.Repeat(new LiteralPayload(new byte[1]), 1 << 14)], 1);
        Assert.IsLessThan(100, RecipeCost.Reads(stored));
        Assert.IsGreaterThan(1 << 14, RecipeCost.Reads(crumbs));
        Assert.IsGreaterThan(Length / 4, RecipeCost.Reads(bytes));
        PayloadRecipe shifted = stored;
        for (int i = 0; i < 40; i++)
        {
            shifted = new ShiftedPayload(shifted, 1);
        }

        Assert.IsGreaterThan(Length / 2, RecipeCost.Reads(shifted));
        Assert.AreEqual(41, shifted.Steps());
    }

    [TestMethod]
    public void Work_of_all_records_of_a_container_is_one_sum()
    {
        RecordBudget budget = new(1000);
        PayloadRecipe apart = new TakenPayload(new StoredPayload(0, 6 << 20), 0, 1, 2, 3 << 20);
        budget.TakePayloads([apart]);
        AssertTooMuch(() => budget.TakePayloads([apart]));
        AssertTooMuch(() => new RecordBudget(1000).TakePayloads([apart, apart]));

        budget.TakeRecord(5);
        AssertTooMuch(() => budget.TakeRecord(long.MaxValue));

        JoinedPayload many = new([.. Enumerable.Repeat(new StoredPayload(0, 1), 1000)], 1);
        AssertTooMuch(() => new RecordBudget(1000).Through(many, _ => many));

        byte[] record = OriginRecords.Build(new OriginBody().Modes().File("m.gguf", 1).Literal(new byte[1 << 20]).ToArray());
        RecordBudget often = new(1000);
        AssertTooMuch(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                OriginCodec.Read(record, often);
            }
        });
    }

    // Two numbers of a matrix that is read in units and of which single bytes are taken, over and over: each byte costs a unit.
    [TestMethod]
    public void Record_whose_payloads_take_more_reads_than_its_file_is_worth_is_refused()
    {
        const int Length = 1 << 18;
        using TempFolder folder = new();
        ModelConverter.Convert(
            folder.Write("w.gguf", TestModels.GgufBytes([TestTensor.Random("w", TensorType.I8, 1, Length)])), folder.At("w.safetensors"),
            ModelFormat.SafeTensors, new());
        byte[] container = File.ReadAllBytes(folder.At("w.safetensors"));
        string path = folder.Write("w.safetensors", OriginRecords.WithRecord(container, record =>
        {
            PayloadRecipe payload = record.Tensors[0].Payload;
            for (int i = 0; i < 3; i++)
            {
                payload = new TakenPayload(new ExchangedPayload(payload, 1, 2, Length / 2 / 512, 512), 0, 1, 1, Length);
            }

            return record with { Tensors = record.Tensors.SetItem(0, record.Tensors[0] with { Payload = payload }) };
        }));
        using ModelFile file = ModelFiles.Open(path);
        OriginRecord record = OriginCodec.Read(file.OriginRecord!.Value.Span, file.Budget);
        AssertTooMuch(() => RestoredFile.Check(record, file));
    }

    [TestMethod]
    public void Body_that_is_shorter_than_its_record_says_is_refused()
    {
        // Zeros that are there for want of bytes would be a second, empty literal.
        byte[] body = new OriginBody().Modes().File("m.gguf", 2).Zeros(1).ToArray();
        byte[] compressed = new byte[1000];
        Assert.IsTrue(System.IO.Compression.BrotliEncoder.TryCompress(body, compressed, out int length));
        ModelPackException exception = Assert.Throws<ModelPackException>(
            () => OriginRecords.Read(OriginRecords.Build(compressed[..length], bodyLength: body.Length + 2)));
        Assert.Contains("cannot be decompressed", exception.Detail);
    }

    [TestMethod]
    public void Front_of_a_record_is_refused_for_what_is_wrong_with_it()
    {
        byte[] plain = new OriginBody().Modes().File("m.gguf", 1).Zeros(1).ToArray();
        AssertDamaged([], "it does not start like one");
        AssertDamaged("MPOR"u8.ToArray(), "it does not start like one");
        AssertDamaged(OriginRecords.Build(plain, files: 0), "it describes no file");
        AssertDamaged(OriginRecords.Build(plain, tensors: -1), "a count of -1");
        byte[] large = OriginRecords.Build(new byte[9 << 20], bodyLength: 513 << 20);
        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertDamaged(large, "claim to hold");
        Assert.IsLessThan(AllocationLimit, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Body_that_shrinks_like_a_bomb_is_stored_so_that_its_record_can_be_read()
    {
        byte[] zeros = new OriginBody().Modes().File("m.gguf", 1).Literal(new byte[4 << 20]).ToArray();
        byte[] written = OriginCodec.Write(OriginRecords.Read(OriginRecords.Build(zeros)));
        Assert.IsGreaterThan(4 << 20, written.Length);
        Assert.AreEqual(4 << 20, OriginRecords.Read(written).Plan.Length);
    }

    [TestMethod]
    public void Cost_of_a_recipe_counts_what_is_read_for_each_group_unit_and_block()
    {
        const int Mebibyte = 1 << 20;
        StoredPayload stored = new(0, Mebibyte);

        // One byte of two: a read each. A part without bytes is looked at in each group.
        Assert.IsGreaterThan(Mebibyte / 2, RecipeCost.Reads(new TakenPayload(stored, 0, 1, 2, Mebibyte / 2)));
        Assert.IsGreaterThan(
            1000, RecipeCost.Reads(new JoinedPayload([new StoredPayload(0, 1000), new LiteralPayload(Array.Empty<byte>())], 1000)));

        // Many small groups at once are one read of each part.
        Assert.IsLessThan(100, RecipeCost.Reads(new JoinedPayload([stored, stored], Mebibyte / 4)));

        // Large units are read one by one; small ones by runs of columns, and each is moved by itself.
        Assert.IsGreaterThan(5000, RecipeCost.Reads(new ExchangedPayload(stored, 1, 8, 128, 1024)));
        Assert.IsGreaterThan(8000, RecipeCost.Reads(new ExchangedPayload(stored, 1, 2, Mebibyte / 4, 2)));

        // For a byte of a unit the unit is read, for a number of a block the block.
        ExchangedPayload units = new(new ExchangedPayload(stored, 1, 4, Mebibyte / 4, 1), 1, 4, 512, 512);
        Assert.IsGreaterThan(10 * Mebibyte / 512, RecipeCost.Reads(new TakenPayload(units, 0, 1, 512, Mebibyte / 512)));
        WidenedPayload widened = new(new StoredPayload(0, 34_000), TensorType.Q8_0);
        Assert.IsGreaterThan(3200, RecipeCost.Reads(new TakenPayload(widened, 0, 4, 128, 1000)));

        // Blocks are changed some at a time, however many are asked for.
        ExchangedPayload columns = new(new StoredPayload(0, 8 * Mebibyte), 1, Mebibyte / 16, 32, 4);
        Assert.IsGreaterThan(8 * Mebibyte / 5, RecipeCost.Reads(new NarrowedPayload(columns, TensorType.F16)));
    }

    private static void AssertDamaged(byte[] record, string why)
    {
        ModelPackException exception = Assert.Throws<ModelPackException>(() => OriginRecords.Read(record));
        Assert.AreEqual("MP2004", exception.Code.Id);
        Assert.Contains(why, exception.Detail);
    }

    private static void AssertTooMuch(Action act)
    {
        ModelPackException exception = Assert.Throws<ModelPackException>(act);
        Assert.AreEqual("MP2031", exception.Code.Id, exception.Describe());
    }

    // Scale and minimum scale, twelve bytes of scales, the high bits, the low ones.
    internal static TestTensor Q5K(string name, ushort scale, int seed = 5)
    {
        byte[] block = new byte[176];
        new Random(seed).NextBytes(block);
        BinaryPrimitives.WriteUInt16LittleEndian(block, scale);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(2), 0x3800);
        return new(name, TensorType.Q5_K, [256], block);
    }

    private static ValueTolerance Tolerance =>
        ValueTolerance.TryParse("1e-3", out ValueTolerance? tolerance) ? tolerance : throw new InvalidOperationException();

    private static void AssertRefused(string path, string code)
    {
        using TempFolder folder = new();
        foreach (ModelFormat format in new[] { ModelFormat.Gguf, ModelFormat.Apr })
        {
            ModelPackException exception = Assert.Throws<ModelPackException>(
                () => ModelConverter.Convert(path, folder.At("out") + Path.DirectorySeparatorChar, format, new()));
            Assert.AreEqual(code, exception.Code.Id, exception.Describe());
        }

        Assert.IsEmpty(folder.Names());
        Assert.IsFalse(ModelVerifier.Verify(path, Case("forged-literal", "good.gguf")).Passed);
        Hash(path);
    }

    private static void Hash(string path)
    {
        using ModelFile file = ModelFiles.Open(path);
        ModelHash.Compute(file);
    }

    private static string Case(string name, string file) => RepositoryData.Path("cases", "hostile", name, file);

    private static int[] Floats(byte[] bytes) => [.. bytes.Chunk(4).Select(chunk => BinaryPrimitives.ReadInt32LittleEndian(chunk))];

    private static byte[] Payload(string path, string name)
    {
        using ModelFile file = ModelFiles.Open(path);
        TensorInfo tensor = file.Tensors.Single(tensor => tensor.Name == name);
        return file.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength);
    }

    /// <summary>A file whose last block becomes another one once it was read so many times. Sixteen bytes of padding follow it.</summary>
    private sealed class ChangingSource(byte[] bytes, int reads) : ByteSource
    {
        private readonly byte[] changed = [.. bytes[..^17], (byte)(bytes[^17] ^ 0x11), .. bytes[^16..]];
        private int count;

        public override string Name => "changing.gguf";

        public override long Length => bytes.Length;

        /// <summary>The bytes that were last read.</summary>
        public byte[] Used => Volatile.Read(ref count) <= reads ? bytes : changed;

        public override void ReadAt(long offset, Span<byte> destination)
        {
            byte[] from = Interlocked.Increment(ref count) <= reads ? bytes : changed;
            from.AsSpan((int)offset, destination.Length).CopyTo(destination);
        }
    }
}
