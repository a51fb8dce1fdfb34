using System.IO.Compression;
using System.Text;
using ModelPack.Packaging.Joining;
using ModelPack.Packaging.Manifests;
using ModelPack.Packaging.Reading;

namespace ModelPack.Packaging.Tests;

/// <summary>A manifest is a file that anybody can have written.</summary>
[TestClass]
public sealed class ManifestTests
{
    private const string Sha = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private const string Good = $$"""
        {"architecture":null,"files":[{"length":10,"parts":[
        {"entry":"modelpack/0000.part","length":4,"offset":0,"package":"A","sha256":"{{Sha}}","version":"1.0.0"},
        {"entry":"modelpack/0001.part","length":6,"offset":4,"package":"A.Part0001","sha256":"{{Sha}}","version":"1.0.0"}],
        "path":"m.gguf","sha256":"{{Sha}}","xxh128":"0123456789abcdef0123456789abcdef"}],
        "format":"gguf","id":"A","layout":"parts","license":null,"limit":6,
        "schema":"https://modelpack.dev/package-manifest/v1","version":"1.0.0"}
        """;

    [TestMethod]
    public void A_good_one_is_read() => Assert.AreEqual(10, Read(Good).Length);

    [TestMethod]
    [DataRow("\"path\":\"m.gguf\"", "\"path\":\"../m.gguf\"")]
    [DataRow("\"path\":\"m.gguf\"", "\"path\":\"/etc/m.gguf\"")]
    [DataRow("\"path\":\"m.gguf\"", "\"path\":\"a/../../m.gguf\"")]
    [DataRow("\"path\":\"m.gguf\"", "\"path\":\"C:\\\\m.gguf\"")]
    [DataRow("\"path\":\"m.gguf\"", "\"path\":\"a\\\\..\\\\m.gguf\"")]
    [DataRow("\"path\":\"m.gguf\"", "\"path\":\"m.gguf:stream\"")]
    [DataRow("\"path\":\"m.gguf\"", "\"path\":\"nul.gguf\"")]
    [DataRow("\"path\":\"m.gguf\"", "\"path\":\"a//m.gguf\"")]
    [DataRow("\"path\":\"m.gguf\"", "\"path\":\"m.gguf.\"")]
    [DataRow("\"path\":\"m.gguf\"", "\"path\":\"m\\u0000.gguf\"")]
    [DataRow("\"path\":\"m.gguf\"", "\"path\":\"\"")]
    [DataRow("modelpack/0001.part", "modelpack/../../../0001.part")]
    [DataRow("modelpack/0001.part", "/etc/passwd")]
    [DataRow("modelpack/0001.part", "tools/0001.part")]
    public void A_path_that_leads_outside_is_refused(string from, string to) => Refused(PackagingErrors.PathOutside, from, to);

    [TestMethod]
    [DataRow("\"offset\":4", "\"offset\":5")]
    [DataRow("\"offset\":4", "\"offset\":-4")]
    [DataRow("\"offset\":4", "\"offset\":4.5")]
    [DataRow("\"length\":6", "\"length\":7")]
    [DataRow("\"length\":6", "\"length\":5")]
    [DataRow("\"length\":6", "\"length\":9223372036854775807")]
    [DataRow("\"length\":10", "\"length\":99999999999999999999")]
    [DataRow("\"sha256\":\"0", "\"sha256\":\"g")]
    [DataRow("\"sha256\":\"0", "\"sha256\":\"A")]
    [DataRow("\"sha256\":\"0", "\"sha256\":\"")]
    [DataRow("\"package\":\"A.Part0001\"", "\"package\":\"../A\"")]
    [DataRow("\"package\":\"A.Part0001\"", "\"package\":\"..\"")]
    [DataRow("\"version\":\"1.0.0\"}]", "\"version\":null}]")]
    [DataRow("\"id\":\"A\"", "\"id\":\"A\",\"id\":\"B\"")]
    [DataRow("\"id\":\"A\"", "\"id\":7")]
    [DataRow("\"format\":\"gguf\",", "")]
    [DataRow("\"format\":\"gguf\"", "\"format\":\"\\ud800\"")]
    [DataRow("\"format\":\"gguf\"", "\"\\ud800\":1,\"format\":\"\"")]
    [DataRow("\"files\":[{", "\"files\":[[],{")]
    [DataRow("}],\n\"format\"", "},],\n\"format\"")]
    public void A_manifest_that_contradicts_itself_is_refused(string from, string to) => Refused(PackagingErrors.BadManifest, from, to);

    [TestMethod]
    public void Names_that_one_system_takes_for_the_same_are_refused()
    {
        string file = Good[Good.IndexOf("{\"length\":10")..(Good.IndexOf("\"}],\n\"format\"", StringComparison.Ordinal) + 2)];
        Refused(PackagingErrors.BadManifest, file, file + "," + file.Replace("m.gguf", "M.GGUF"));
        Refused(PackagingErrors.BadManifest, file, file + "," + file.Replace("m.gguf", "m.gguf/part"));
        Read(Good.Replace(file, file + "," + file.Replace("m.gguf", "n.gguf")));
    }

    [TestMethod]
    public void A_manifest_without_a_file_is_refused() => Refused(
        PackagingErrors.BadManifest,
        Good[Good.IndexOf("[{", StringComparison.Ordinal)..(Good.IndexOf("],\n\"format\"", StringComparison.Ordinal) + 1)], "[]");

    [TestMethod]
    public void Files_of_more_bytes_than_a_number_holds_are_refused()
    {
        const string Largest = "4611686018427387904";
        string file = $$"""
            {"length":{{Largest}},"parts":[
            {"entry":"modelpack/0001.part","length":{{Largest}},"offset":0,"package":"A.Part0001","sha256":"{{Sha}}","version":"1.0.0"}
            ],"path":"NAME","sha256":"{{Sha}}","xxh128":"0123456789abcdef0123456789abcdef"}
            """;
        string one = file.Replace("NAME", "a");
        Assert.AreEqual(long.Parse(Largest), Read(Files(one)).Length);
        Refused(PackagingErrors.BadManifest, Good, Files($"{one},{file.Replace("NAME", "b")},{file.Replace("NAME", "c")}"));

        static string Files(string files) => Good[..(Good.IndexOf("[{", StringComparison.Ordinal) + 1)] + files
            + Good[Good.IndexOf("],\n\"format\"", StringComparison.Ordinal)..];
    }

    [TestMethod]
    public void A_package_with_any_changed_byte_is_read_as_before_or_refused_with_a_code()
    {
        using PackFolder folder = new();
        File.WriteAllText(folder.In("m.bin"), new string('m', 3000));
        Packing.ModelPacker.Pack(folder.In("m.bin"), folder.Options(limit: 1000));
        string recoded = folder.In("recoded.nupkg");
        using (ZipArchive stored = ZipFile.OpenRead(folder.Meta()))
        using (ZipArchive deflated = ZipFile.Open(recoded, ZipArchiveMode.Create))
        {
            foreach (ZipArchiveEntry entry in stored.Entries)
            {
                using Stream from = entry.Open();
                using Stream to = deflated.CreateEntry(entry.FullName).Open();
                from.CopyTo(to);
            }
        }

        int refused = 0;
        foreach (byte[] sound in new[] { File.ReadAllBytes(folder.Meta()), File.ReadAllBytes(recoded) })
        {
            for (int at = 0; at < sound.Length; at += 7)
            {
                refused += IsRefused([.. sound[..at], (byte)(sound[at] ^ (1 << (at % 8))), .. sound[(at + 1)..]]) ? 1 : 0;
                refused += at % 77 == 0 && IsRefused(sound[..at]) ? 1 : 0;
            }
        }

        Assert.IsGreaterThan(100, refused);

        bool IsRefused(byte[] bytes)
        {
            File.WriteAllBytes(folder.In("feed", "bad.nupkg"), bytes);
            try
            {
                using PackageSet set = new(folder.In("feed", "bad.nupkg"), folder.Root);
                new ModelJoiner(set.Manifest, set.Find, CancellationToken.None).JoinAs(folder.In("joined"));
                Directory.Delete(folder.In("joined"), recursive: true);
                return false;
            }
            catch (Exception fault) when (fault is ModelPackException or IOException)
            {
                return true;
            }
        }
    }

    [TestMethod]
    public void A_newer_manifest_asks_for_a_newer_program() =>
        Refused(PackagingErrors.NewerManifest, "package-manifest/v1", "package-manifest/v2");

    [TestMethod]
    public void A_manifest_that_is_no_JSON_or_too_deep_is_refused()
    {
        Refused(PackagingErrors.BadManifest, Good, "");
        Refused(PackagingErrors.BadManifest, Good, "[]");
        Refused(PackagingErrors.BadManifest, Good, new string('[', 100_000));
    }

    [TestMethod]
    public void A_manifest_of_endless_length_is_not_read()
    {
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
            () => ManifestReader.Read(Stream.Null, long.MaxValue, "manifest.json"));
        Assert.AreEqual(PackagingErrors.BadManifest, error.Code);
    }

    [TestMethod]
    public void A_package_that_is_none_is_refused()
    {
        using PackFolder folder = new();
        folder.Pack();
        Of(File.ReadAllBytes(folder.Meta())[..500], PackagingErrors.NotAPackage);
        Of([], PackagingErrors.NotAPackage);
        Of(Zip(("a.txt", "x")), PackagingErrors.NotAPackage);
        Of(Zip(("../a.txt", "x")), PackagingErrors.PathOutside);
        Of(Zip(("%2e%2e/a.txt", "x")), PackagingErrors.PathOutside);
        Of(Zip(("a.txt", "x"), ("A.txt", "x")), PackagingErrors.NotAPackage);
        Of(Zip((PackageManifest.Entry, Good)), PackagingErrors.NotAPackage);

        void Of(byte[] bytes, ErrorCode code)
        {
            File.WriteAllBytes(folder.In("bad.nupkg"), bytes);
            ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => NupkgFile.ReadManifest(folder.In("bad.nupkg")));
            Assert.AreEqual(code, error.Code, error.Message);
        }
    }

    [TestMethod]
    public void A_manifest_of_another_package_is_refused()
    {
        using PackFolder folder = new();
        folder.Pack();
        PackageManifest own = NupkgFile.ReadManifest(folder.Meta());
        foreach (PackageManifest other in new[] { own with { Id = "A" }, own with { Version = "2.0.0" } })
        {
            using (ZipArchive archive = ZipFile.Open(folder.Meta(), ZipArchiveMode.Update))
            {
                archive.GetEntry(PackageManifest.Entry)!.Delete();
                using Stream stream = archive.CreateEntry(PackageManifest.Entry).Open();
                stream.Write(ManifestWriter.Write(other));
            }

            Assert.AreEqual(
                PackagingErrors.BadManifest,
                Assert.ThrowsExactly<ModelPackException>(() => NupkgFile.ReadManifest(folder.Meta())).Code);
        }
    }

    [TestMethod]
    public void A_manifest_that_is_cut_off_is_an_error_that_says_where()
    {
        using MemoryStream text = new(Encoding.UTF8.GetBytes(Good)[..100]);
        Assert.Contains(
            "ends after 100 of 300 bytes",
            Assert.ThrowsExactly<ModelPackException>(() => ManifestReader.Read(text, 300, "manifest.json")).Message);
    }

    private static byte[] Zip(params (string Name, string Text)[] entries)
    {
        using MemoryStream bytes = new();
        using (ZipArchive archive = new(bytes, ZipArchiveMode.Create))
        {
            foreach ((string name, string text) in entries)
            {
                using StreamWriter writer = new(archive.CreateEntry(name).Open());
                writer.Write(text);
            }
        }

        return bytes.ToArray();
    }

    private static PackageManifest Read(string text) => ManifestReader.Parse(Encoding.UTF8.GetBytes(text), "manifest.json");

    private static void Refused(ErrorCode code, string from, string to)
    {
        Assert.Contains(from, Good);
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => Read(Good.Replace(from, to)));
        Assert.AreEqual(code, error.Code, error.Message);
    }
}
