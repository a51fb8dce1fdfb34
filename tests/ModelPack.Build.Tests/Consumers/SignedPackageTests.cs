using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>Packages that were signed, where their certificate is trusted and where it is not.</summary>
[TestClass]
public sealed class SignedPackageTests
{
    private const string Password = "secret";

    [TestMethod]
    public void Signed_packages_are_verified_restored_and_joined()
    {
        ModelFeed feed = new();
        feed.Pack();
        using RSA key = RSA.Create(3072);
        CertificateRequest request = new("CN=ModelPack test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.3")], critical: true));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(9));
        feed.Write("test.pfx", certificate.Export(X509ContentType.Pfx, Password));
        File.WriteAllText(feed.In("roots.pem"), certificate.ExportCertificatePem());
        string packages = feed.In("feed", "*.nupkg");
        DotNet.Run(
            feed.Root, "nuget", "sign", packages, "--certificate-path", feed.In("test.pfx"), "--certificate-password", Password)
            .Succeeded();

        Assert.Contains("NU3018", DotNet.Run(feed.Root, "nuget", "verify", "--all", packages).Failed().Output);

        // Without the time of a server there is a warning, which is an error in these projects.
        feed.Project("app", ModelFeed.Reference(), "<OutputType>Exe</OutputType><NoWarn>$(NoWarn);NU3027</NoWarn>");
        DotNetResult untrusted = DotNet.RunProgram(
            feed.Root, "env", "DOTNET_NUGET_SIGNATURE_VERIFICATION=true", "dotnet", "restore", "app").Failed();
        Assert.Contains("NU3018", untrusted.Output);
        Trusting("nuget", "verify", "--all", packages).Succeeded();
        Trusting("restore", "app").Succeeded();
        feed.Build("app", "--no-restore").Succeeded();
        CollectionAssert.AreEqual(
            File.ReadAllBytes(feed.Model), feed.Bytes("app", "bin", "Debug", "net10.0", "models", ModelFeed.File));

        // NuGet's list of roots, replaced for this command alone: a mount of its own, which takes root or a sudo that does not ask.
        DotNetResult Trusting(params string[] words)
        {
            string[] root = Environment.IsPrivilegedProcess ? [] : ["sudo", "-n", "-E"];
            string list = $"$(dirname \"$(readlink -f \"$(command -v dotnet)\")\")/sdk/$(dotnet --version)/trustedroots/codesignctl.pem";
            string script = $"mount --bind '{feed.In("roots.pem")}' \"{list}\" && exec dotnet \"$@\"";
            return DotNet.RunProgram(feed.Root, "env", [
                "DOTNET_NUGET_SIGNATURE_VERIFICATION=true", .. root, "unshare", "--mount", "sh", "-c", script, "sh", .. words]);
        }
    }
}
