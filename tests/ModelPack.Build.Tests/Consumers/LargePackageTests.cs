using System.Buffers.Binary;
using ModelPack.Packaging.Packing;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>A model of 700 MB without holes, in four parts, from a local feed through restore, build, run and publish.</summary>
[TestClass]
public sealed class LargePackageTests
{
    private const string App = "app/bin/Debug/net10.0/models/large.safetensors";

    [TestMethod]
    public void A_library_brings_the_model_and_an_upgrade_and_a_downgrade_of_equal_size_replace_it()
    {
        ModelFeed feed = new();
        try
        {
            string model = feed.In("large.safetensors");
            SparseModel.Write(model, tensors: 4, bytes: 175_000_000, "large");
            Fill(model);
            Assert.HasCount(5, feed.Pack(model: model, limit: PackOptions.GalleryLimit).Packages);
            string first = FileHash.Sha256(model);
            Consumer.FlipByte(model, 699_999_999);
            PackReport second = ModelPacker.Pack(
                model, feed.Options("2.0.0") with { Previous = feed.In("feed", "Acme.Tiny.1.0.0.nupkg") });
            Assert.AreEqual(3, second.Packages.Count(package => package.Outcome == PackageOutcome.Reused));
            string other = FileHash.Sha256(model);
            File.Delete(model);

            feed.Project("library", ModelFeed.Reference(), "");
            feed.Project("app", """<ProjectReference Include="../library/library.csproj" />""");
            File.WriteAllText(feed.In("app", "Program.cs"), """
                using FileStream model = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "models", "large.safetensors"));
                Console.WriteLine($"{model.Length} bytes: {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(model))}");
                """);
            feed.Build("app").Succeeded();
            Assert.Contains(first, feed.Run("app", "run", "--no-build").Succeeded().Output);
            feed.Run("app", "publish", "--no-build", "-c", "Debug", "-o", feed.In("published")).Succeeded();
            Assert.AreEqual(first, FileHash.Sha256(feed.In("published", "models", "large.safetensors")));
            Directory.Delete(feed.In("published"), recursive: true);

            foreach ((string version, string expected) in new[] { ("2.0.0", other), ("1.0.0", first) })
            {
                feed.Project("library", ModelFeed.Reference(version), "");
                feed.Build("app").Succeeded();
                Assert.AreEqual(expected, FileHash.Sha256(feed.In(App)), version);
            }
        }
        finally
        {
            Directory.Delete(feed.Root, recursive: true);
        }
    }

    /// <summary>Numbers that do not repeat, behind the header.</summary>
    private static void Fill(string path)
    {
        const int Block = 1 << 20;
        byte[] bytes = new byte[Block];
        ulong state = 88172645463325252;
        using FileStream file = new(path, FileMode.Open, FileAccess.Write);
        for (file.Position = Block; file.Position < file.Length;)
        {
            for (int at = 0; at < Block; at += sizeof(ulong))
            {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), state);
            }

            file.Write(bytes.AsSpan(0, (int)Math.Min(Block, file.Length - file.Position)));
        }
    }
}
