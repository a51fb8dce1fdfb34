using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>Where a model is in a container image, which the SDK writes as an archive: there is no daemon, and the base image comes from a
/// registry that has nothing else.</summary>
[TestClass]
public sealed class ContainerTests
{
    [TestMethod]
    public void The_model_is_in_the_layer_of_the_program_unless_it_is_never_copied()
    {
        ModelFeed feed = new(isOffline: false);
        feed.Pack();
        using BaseImage registry = new();
        string[] layer = Publish("");
        Assert.Contains("app/app.dll", layer);
        Assert.Contains($"app/models/{ModelFeed.File}", layer);
        layer = Publish($"""<ModelReference Update="{ModelFeed.Id}" Copy="never" />""");
        Assert.Contains("app/app.dll", layer);
        Assert.IsFalse(layer.Any(name => name.EndsWith(".gguf", StringComparison.Ordinal)));

        string[] Publish(string more)
        {
            feed.Project("app", ModelFeed.Reference() + more, "<OutputType>Exe</OutputType><UseAppHost>false</UseAppHost>");
            feed.Run(
                "app", "publish", "-t:PublishContainer", "-r", "linux-x64", "--self-contained", "false",
                $"-p:ContainerBaseImage={registry.Name}", $"-p:ContainerArchiveOutputPath={feed.In("image.tar")}").Succeeded();
            using TarReader image = new(File.OpenRead(feed.In("image.tar")));
            while (image.GetNextEntry(copyData: true) is { } entry)
            {
                string[] names = entry.Name.EndsWith("layer.tar", StringComparison.Ordinal) ? Names(entry.DataStream!) : [];
                if (names.Contains("app/app.dll"))
                {
                    return names;
                }
            }

            Assert.Fail("no layer has the program");
            return [];
        }
    }

    private static string[] Names(Stream layer)
    {
        List<string> names = [];
        using MemoryStream bytes = new();
        layer.CopyTo(bytes);
        bytes.Position = 0;
        bool isPacked = bytes.ReadByte() == 0x1F;
        bytes.Position = 0;
        using TarReader reader = new(isPacked ? new GZipStream(bytes, CompressionMode.Decompress) : bytes);
        while (reader.GetNextEntry() is { } entry)
        {
            names.Add(entry.Name.TrimStart('.', '/'));
        }

        return [.. names];
    }

    /// <summary>A registry (OCI distribution specification) with one image of one file.</summary>
    private sealed class BaseImage : IDisposable
    {
        private const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";

        private readonly HttpListener listener = new();
        private readonly Dictionary<string, byte[]> blobs = [];
        private readonly byte[] manifest;

        public BaseImage()
        {
            using (TcpListener free = new(IPAddress.Loopback, 0))
            {
                free.Start();
                Name = $"localhost:{((IPEndPoint)free.LocalEndpoint).Port}/base:1";
            }

            using MemoryStream tar = new();
            using (TarWriter writer = new(tar, leaveOpen: true))
            {
                using MemoryStream text = new("base"u8.ToArray());
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "base.txt") { DataStream = text });
            }

            using MemoryStream packed = new();
            using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            {
                gzip.Write(tar.ToArray());
            }

            (string config, int configBytes) = Add(Encoding.UTF8.GetBytes($$"""
                {"architecture":"amd64","os":"linux","config":{},"history":[],
                "rootfs":{"type":"layers","diff_ids":["{{Digest(tar.ToArray())}}"] } }
                """));
            (string layer, int layerBytes) = Add(packed.ToArray());
            manifest = Encoding.UTF8.GetBytes($$"""
                {"schemaVersion":2,"mediaType":"{{ManifestType}}",
                "config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":{{configBytes}},"digest":"{{config}}"},
                "layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":{{layerBytes}},"digest":"{{layer}}"}]}
                """);
            listener.Prefixes.Add($"http://{Name.Split('/')[0]}/");
            listener.Start();
            _ = Task.Run(Serve);
        }

        public string Name { get; }

        public void Dispose() => listener.Close();

        private static string Digest(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

        private (string Digest, int Bytes) Add(byte[] blob)
        {
            blobs[Digest(blob)] = blob;
            return (Digest(blob), blob.Length);
        }

        private async Task Serve()
        {
            while (listener.IsListening)
            {
                HttpListenerContext context = await listener.GetContextAsync().ConfigureAwait(false);
                string path = context.Request.Url!.AbsolutePath;
                bool isManifest = path.Contains("/manifests/", StringComparison.Ordinal);
                byte[]? body = isManifest ? manifest
                    : path.Contains("/blobs/", StringComparison.Ordinal) ? blobs.GetValueOrDefault(path.Split('/')[^1])
                    : "{}"u8.ToArray();
                context.Response.StatusCode = body is null ? 404 : 200;
                context.Response.ContentType = isManifest ? ManifestType : "application/octet-stream";
                context.Response.AddHeader("Docker-Content-Digest", Digest(body ?? []));
                context.Response.ContentLength64 = body?.Length ?? 0;
                if (context.Request.HttpMethod != "HEAD" && body is not null)
                {
                    await context.Response.OutputStream.WriteAsync(body).ConfigureAwait(false);
                }

                context.Response.Close();
            }
        }
    }
}
