using System.IO.Compression;
using ModelPack.Codec.Tests.Formats.Apr;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Origin records that somebody made by hand, checksum and all.</summary>
[TestClass]
public sealed class HostileOriginTests
{
    private const long AllocationLimit = 64 << 20;


    /// <summary>Names that lead out of a folder on some system, into what is not the model's, or to what no system calls a file.</summary>
    private static readonly string[] HostilePaths =
    [
        "../x.json", "a/../x.json", "a/../../x.json", "a/..", "./x.json", "a/./x.json", "a/.", "/x.json", "//x/y.json", "a//x.json", "a/",
        "/", "a/x.json/", "a\\x.json", "a/b\\..\\x.json",
        "C:/x.json", "C:x.json", "a/x.json:stream", "a/b\0.json", "a/line\nbreak.json", "a/\u007f.json", "a/con", "a/NUL.json",
        "aux/x.json", "a/com1.txt", "a/LPT\u00b9", "a/conin$",
        "a/x.json.", "a/x.json ", "a./x.json", " ../x.json", ".. /x.json", ".../x.json", "a/.../x.json", "a/*.json", "a/x?.json",
        "a/<x>.json", "a/\"x\"", "a/b|c",
        ".git/config", ".GIT/hooks/post-checkout", "a/.git/config", "a/model.safetensors", "a/model.gguf", "a/model.APR",
        "a/model.safetensors.index.json",
        "1/2/3/4/5/6/7/8/9/x.json",
    ];

    private static readonly Dictionary<string, byte[]> Hostile = new(HostileRecords());

    public static IEnumerable<string> HostileNames => Hostile.Keys;

    private static IEnumerable<KeyValuePair<string, byte[]>> HostileRecords()
    {
        byte[] plain = Body().File("m.gguf", 1).Zeros(1).ToArray();
        byte[] one = new OriginBody().Modes().Tensor(0, 12).ToArray();
        foreach (string name in new[] { "", ".", "..", "../m.gguf", "/etc/passwd", "a/b", "a\\b", "C:m.gguf", "a\0b" })
        {
            yield return Case($"file name '{name}'", OriginRecords.Build(Body().File(name, 1).Zeros(1).ToArray()));
        }

        foreach (string name in HostilePaths)
        {
            yield return Case(
                $"companion '{name}'", OriginRecords.Build(Body().File("m.gguf", 1).Zeros(1).File(name, 1).Zeros(1).ToArray(), files: 2));
        }

        yield return Case(
            "a file in a sub-folder of a file",
            OriginRecords.Build(Body().File("m.gguf", 1).Zeros(1).File("a/b", 0).File("a/b/c", 0).ToArray(), files: 3));
        yield return Case(
            "two files of one name",
            OriginRecords.Build(Body().File("m.gguf", 1).Zeros(1).File("a/b", 0).File("a/b", 0).ToArray(), files: 3));
        yield return Case("empty", []);
        yield return Case("magic only", "MPOR"u8.ToArray());
        yield return Case("another magic", [.. "MPOX"u8, .. OriginRecords.Build(plain)[4..]]);
        yield return Case("version 1", OriginRecords.Build(plain, version: 1));
        yield return Case("version 3", OriginRecords.Build(plain, version: 3));
        yield return Case("wrong checksum", [.. OriginRecords.Build(plain)[..^1], 77]);
        yield return Case("no file", OriginRecords.Build(Body().ToArray(), files: 0));
        yield return Case("negative file count", OriginRecords.Build(plain, files: -1));
        yield return Case("negative tensor count", OriginRecords.Build(plain, tensors: -1));
        yield return Case("counts that wrap", OriginRecords.Build(plain, files: int.MaxValue, tensors: int.MaxValue));
        yield return Case("more hashes than bytes", OriginRecords.Build(plain, tensors: int.MaxValue));
        yield return Case("negative body length", OriginRecords.Build(plain, bodyLength: -1));
        yield return Case("body length beyond belief", OriginRecords.Build(plain, bodyLength: int.MaxValue));
        yield return Case("body that is no Brotli", OriginRecords.Build(plain, bodyLength: 1000));
        yield return Case("unknown format", OriginRecords.Build(new OriginBody().Modes(format: 9).File("m", 1).Zeros(1).ToArray()));
        yield return Case("unknown mode", OriginRecords.Build(new OriginBody().Modes(quantized: 9).File("m", 1).Zeros(1).ToArray()));
        yield return Case("unknown naming", OriginRecords.Build(new OriginBody().Modes(naming: 9).File("m", 1).Zeros(1).ToArray()));
        yield return Case(
            "unknown kind of recipe",
            OriginRecords.Build(new OriginBody().Modes().Byte(9).Number(0).Number(12).File("m", 1).Payload(0).ToArray(), tensors: 1));
        yield return Case("unknown segment", OriginRecords.Build(Body().File("m", 1).Byte(3).Number(1).ToArray()));
        yield return Case("bytes after the end", OriginRecords.Build([.. plain, 0]));
        yield return Case("name that is no UTF-8", OriginRecords.Build(Body().Number(1).Raw(0xFF).Number(1).Zeros(1).ToArray()));
        yield return Case("name beyond the end", OriginRecords.Build(Body().Number(int.MaxValue).ToArray()));
        yield return Case("literal beyond the end", OriginRecords.Build(Body().File("m", 1).Byte(0).Number(100).ToArray()));
        yield return Case(
            "endless number", OriginRecords.Build(Body().File("m", 1).Byte(1).Raw([.. Enumerable.Repeat((byte)0xFF, 12)]).ToArray()));
        yield return Case("more segments than tensors can have", OriginRecords.Build(Body().File("m", 2).Zeros(1).Zeros(1).ToArray()));
        yield return Case("zeros without end", OriginRecords.Build(Body().File("m", 1).Zeros(long.MaxValue).ToArray()));
        yield return Case(
            "lengths that overflow",
            OriginRecords.Build(
                [.. one, .. new OriginBody().File("m", 3).Zeros(long.MaxValue).Zeros(long.MaxValue).Payload(0).ToArray()], tensors: 1));
        yield return Case(
            "tensor that no record has", OriginRecords.Build([.. one, .. new OriginBody().File("m", 1).Payload(1).ToArray()], tensors: 1));
        yield return Case(
            "payload in two places",
            OriginRecords.Build([.. one, .. new OriginBody().File("m", 2).Payload(0).Payload(0).ToArray()], tensors: 1));
        yield return Case(
            "two tensors in one payload",
            OriginRecords.Build(
                new OriginBody().Modes().Tensor(0, 12).Tensor(0, 12).File("m", 2).Payload(0).Payload(1).ToArray(), tensors: 2,
                digest: OriginRecords.Digest));
        yield return Case(
            "tensor that the container lacks",
            OriginRecords.Build(
                new OriginBody().Modes().Tensor(7, 12).File("m", 1).Payload(0).ToArray(), tensors: 1, digest: OriginRecords.Digest));
        yield return Case(
            "payload of another length",
            OriginRecords.Build(
                new OriginBody().Modes().Tensor(0, 13).File("m", 1).Payload(0).ToArray(), tensors: 1, digest: OriginRecords.Digest));
        yield return Case(
            "swap of a type without byte order",
            OriginRecords.Build(
                new OriginBody().Modes().Byte(5).Number((ulong)TensorType.U8).Tensor(0, 12).File("m", 1).Payload(0).ToArray(), tensors: 1,
                digest: OriginRecords.Digest));
        yield return Case(
            "file that is none",
            OriginRecords.Build(
                new OriginBody().Modes().Tensor(0, 12).File("m", 1).Payload(0).ToArray(), tensors: 1, digest: OriginRecords.Digest));
        yield return Case("empty file", OriginRecords.Build(Body().File("m", 0).ToArray(), digest: OriginRecords.Digest));
        yield return Case("fewer tensors than the file has", OriginRecords.Build(
            Body().File("m", 1).Literal(SmallModels.Gguf()).ToArray(), digest: OriginRecords.Digest));
        yield return Case("decompression bomb", OriginRecords.Build(Compressed(new byte[400 << 20]), bodyLength: 400 << 20));
        yield return Case("many segments of nothing", OriginRecords.Build([.. Body().File("m", 1 << 26).ToArray(), .. new byte[1 << 20]]));
        byte[] beyond = OriginRecords.Build(
            new OriginBody().Modes().Tensor(7, 12).File("m.gguf", 1).Payload(0).ToArray(), tensors: 1, digest: OriginRecords.Digest);
        yield return Case("record within that names a tensor that does not exist", OriginRecords.Build(
            new OriginBody().Modes(format: 2).Tensor(0, 12).File("m.safetensors", 2).Literal(OriginRecords.Container(beyond)[..^12])
                .Payload(0).ToArray(), tensors: 1, digest: OriginRecords.Digest));
        byte[] unitless = OriginRecords.Build(
            new OriginBody().Modes().Byte(2).Number(0).Number(4).Number(6).Number(2).Byte(4).Number(1).Number(2).Number(2).Number(0)
                .Tensor(0, 12).File("m.gguf", 1).Payload(0).ToArray(),
            tensors: 1,
            digest: OriginRecords.Digest);
        yield return Case("record within that exchanges units of no bytes", OriginRecords.Build(
            new OriginBody().Modes(format: 2).Tensor(0, 12).File("m.safetensors", 2).Literal(OriginRecords.Container(unitless)[..^12])
                .Payload(0).ToArray(), tensors: 1, digest: OriginRecords.Digest));
        yield return Case("leads to itself", OriginRecords.Build(
            new OriginBody().Modes(format: 2).Tensor(0, 12).File("m.safetensors", 2).Literal(OriginRecords.Container([])[..^12]).Payload(0)
                .ToArray(), tensors: 1, digest: OriginRecords.Digest));
    }

    [TestMethod]
    [DoNotParallelize]
    [DynamicData(nameof(HostileNames))]
    public void Hostile_record_is_refused_within_bounds(string what)
    {
        byte[] record = Hostile[what];
        using TempFolder folder = new();
        string path = folder.Write("hostile.safetensors", OriginRecords.Container(record));
        long before = GC.GetTotalAllocatedBytes();
        foreach (ModelFormat target in new[] { ModelFormat.Gguf, ModelFormat.Apr })
        {
            ModelPackException exception = Assert.Throws<ModelPackException>(
                () => Unflushed.Convert(path, folder.At("out"), target, new()), what);
            Assert.AreEqual("MP2004", exception.Code.Id, $"{what}: {exception.Describe()}");
            Assert.AreEqual(path, exception.FilePath, what);
        }

        VerificationReport report = ModelVerifier.Verify(folder.Write("other.gguf", SmallModels.Gguf()), path);
        Assert.IsFalse(report.Passed, what);
        Assert.IsTrue(report.Differences.Any(difference => difference.Place == ModelFile.OriginKey), what);
        Assert.IsLessThan(AllocationLimit, GC.GetTotalAllocatedBytes() - before, what);
        CollectionAssert.AreEqual(new[] { "hostile.safetensors", "other.gguf" }, folder.Names(), what);
    }

    [TestMethod]
    public void Record_that_is_no_base64_is_not_ignored()
    {
        using TempFolder folder = new();
        string path = folder.Write(
            "hostile.apr", AprBytes.WithMetadata(AprBytes.PlainMetadata[..^1] + ",\"modelpack.origin\":\"***\"}").Build());
        ModelPackException exception = Assert.Throws<ModelPackException>(
            () => Unflushed.Convert(path, folder.At("out.gguf"), ModelFormat.Gguf, new()));
        Assert.AreEqual("MP2004", exception.Code.Id);
        Assert.AreEqual(
            ProofLevel.L1, Unflushed.Convert(path, folder.At("out.gguf"), ModelFormat.Gguf, new() { Origin = OriginMode.None }).Level);
    }

    [TestMethod]
    public void Every_cut_and_every_flipped_bit_of_a_record_is_refused_by_its_checksum()
    {
        byte[] record = RealRecord();
        for (int i = 0; i < record.Length; i++)
        {
            byte[] flipped = [.. record];
            flipped[i] ^= (byte)(1 << (i % 8));
            Assert.AreEqual("MP2004", Assert.ThrowsExactly<ModelPackException>(() => OriginRecords.Read(flipped)).Code.Id);
            Assert.AreEqual("MP2004", Assert.ThrowsExactly<ModelPackException>(() => OriginRecords.Read(record.AsSpan(0, i))).Code.Id);
        }
    }

    [TestMethod]
    public void Flipped_and_cut_record_with_a_checksum_that_fits_is_refused_or_means_something_else_but_never_escapes()
    {
        byte[] record = RealRecord();
        int refused = 0;
        int body = record.Length - 200;
        using TempFolder folder = new();
        for (int i = 0; i < record.Length; i++)
        {
            byte[] flipped = [.. record];
            flipped[i] ^= (byte)(1 << (i % 8));
            byte[][] cases = i < 21 ? [OriginRecords.Signed(flipped)] : [OriginRecords.Signed(flipped), OriginRecords.Signed(record[..i])];
            foreach (byte[] hostile in cases)
            {
                // Anything but ModelPackException ends the test.
                try
                {
                    OriginRecords.Read(hostile);
                    string path = folder.Write("hostile.safetensors", OriginRecords.Container(hostile));
                    Unflushed.Convert(path, folder.At("out.gguf"), ModelFormat.Gguf, new() { Existing = ExistingTarget.Replace });
                }
                catch (ModelPackException)
                {
                    refused++;
                }
            }
        }

        Assert.IsGreaterThan(body / 4, refused);
    }

    [TestMethod]
    public void Record_that_lies_about_the_hash_of_the_file_proves_nothing()
    {
        using TempFolder folder = new();
        string source = folder.Write("small.gguf", SmallModels.Gguf());
        string output = folder.At("small.safetensors");
        Unflushed.Convert(source, output, ModelFormat.SafeTensors, new());
        byte[] record;
        using (ModelFile file = ModelFiles.Open(output))
        {
            record = file.OriginRecord!.Value.ToArray();
        }

        byte[] lying = [.. record];
        lying[49] ^= 1;
        SmallModels.Replace(output, Convert.ToBase64String(record), Convert.ToBase64String(OriginRecords.Signed(lying)));
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(
            () => Unflushed.Convert(output, folder.At("back.gguf"), ModelFormat.Gguf, new()));
        Assert.AreEqual("MP2030", exception.Code.Id);
        Assert.IsFalse(File.Exists(folder.At("back.gguf")));
        VerificationReport report = ModelVerifier.Verify(source, output);
        Assert.IsFalse(report.Passed);
        Assert.AreEqual(ModelFile.OriginKey, report.Differences.Single().Place);
    }

    [TestMethod]
    public void Chain_without_end_is_given_up()
    {
        // SafeTensors files within SafeTensors files, none of them a GGUF file.
        byte[] record = OriginRecords.Build(Body().File("core.apr", 1).Literal(SmallModels.Apr()).ToArray());
        for (int i = 0; i < 20; i++)
        {
            byte[] inner = OriginRecords.Container(record);
            byte[] body = new OriginBody().Modes(format: 2).Tensor(0, 12).File($"{i}.safetensors", 2).Literal(inner[..^12]).Payload(0)
                .ToArray();
            record = OriginRecords.Build(body, tensors: 1, digest: OriginRecords.Digest);
        }

        using TempFolder folder = new();
        string path = folder.Write("deep.safetensors", OriginRecords.Container(record));
        ModelPackException exception = Assert.Throws<ModelPackException>(
            () => Unflushed.Convert(path, folder.At("out.gguf"), ModelFormat.Gguf, new()));
        Assert.AreEqual("MP2004", exception.Code.Id);
        StringAssert.Contains(exception.Detail, "16 conversions");
    }

    [TestMethod]
    public void Source_whose_name_another_system_would_take_for_a_path_comes_back()
    {
        using TempFolder folder = new();
        foreach (string name in new[] { "a:b.gguf", "back\\slash.gguf", "ünï 名前.gguf", ".gguf" })
        {
            string source = folder.Write(name, SmallModels.Gguf());
            Unflushed.Convert(source, folder.At("out.apr"), ModelFormat.Apr, new() { Existing = ExistingTarget.Replace });
            Unflushed.Convert(
                folder.At("out.apr"), folder.At("back.gguf"), ModelFormat.Gguf, new() { Existing = ExistingTarget.Replace });
            CollectionAssert.AreEqual(SmallModels.Gguf(), File.ReadAllBytes(folder.At("back.gguf")), name);
        }
    }

    private static KeyValuePair<string, byte[]> Case(string what, byte[] record) => new(what, record);

    private static OriginBody Body() => new OriginBody().Modes();

    private static byte[] Compressed(byte[] body)
    {
        byte[] compressed = new byte[BrotliEncoder.GetMaxCompressedLength(body.Length)];
        Assert.IsTrue(BrotliEncoder.TryCompress(body, compressed, out int length, 1, 22));
        return compressed[..length];
    }

    private static byte[] RealRecord()
    {
        using TempFolder folder = new();
        string source = folder.Write("small.gguf", SmallModels.Gguf());
        Unflushed.Convert(source, folder.At("small.safetensors"), ModelFormat.SafeTensors, new());
        using ModelFile file = ModelFiles.Open(folder.At("small.safetensors"));
        return file.OriginRecord!.Value.ToArray();
    }
}
