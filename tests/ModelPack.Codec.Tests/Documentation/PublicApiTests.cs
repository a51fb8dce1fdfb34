using System.Reflection;

namespace ModelPack.Codec.Tests.Documentation;

/// <summary>The public API stays one that a person can learn.</summary>
[TestClass]
public sealed class PublicApiTests
{
    private const int MostEntries = 500;
    private const int MostTypes = 71;

    private static readonly string Folder = Path.Combine(RepositoryData.Repository, "src", "ModelPack.Codec");

    [TestMethod]
    public void The_public_api_does_not_grow()
    {
        int entries = new[] { "PublicAPI.Shipped.txt", "PublicAPI.Unshipped.txt" }
            .Sum(name => File.ReadLines(Path.Combine(Folder, name)).Count(line => line.Length > 0 && line[0] != '#'));
        Assert.IsLessThanOrEqualTo(MostEntries, entries);
        Assert.IsLessThanOrEqualTo(MostTypes, typeof(Model).Assembly.GetExportedTypes().Length);
    }

    [TestMethod]
    public void Reports_cannot_be_changed_and_say_what_they_are()
    {
        foreach (Type type in typeof(Model).Assembly.GetExportedTypes().Where(
            type => type.IsClass && !(type.IsAbstract && type.IsSealed) && !typeof(Exception).IsAssignableFrom(type)))
        {
            // A setter that is called while an object is made is one of options.
            bool isOptions = type.Name.EndsWith("Options", StringComparison.Ordinal);
            bool isRecord = type.GetMethod("<Clone>$") is not null;
            Assert.IsTrue(isOptions || !isRecord, $"{type.Name} is a record");
            string[] setters =
                [.. type.GetProperties().Where(property => property.SetMethod?.IsPublic == true).Select(property => property.Name)];
            Assert.IsTrue(isOptions || setters.Length == 0, $"{type.Name}: {string.Join(", ", setters)}");
            bool isReport = type.GetConstructors().Length == 0 && type.GetProperties().Length > 2 && type.BaseType == typeof(object)
                && !typeof(IDisposable).IsAssignableFrom(type) && !typeof(System.Collections.IEnumerable).IsAssignableFrom(type);
            MethodInfo text = type.GetMethod(nameof(ToString), Type.EmptyTypes)!;
            Assert.IsTrue(!isReport || text.DeclaringType != typeof(object), $"{type.Name} has no text");
        }
    }
}
