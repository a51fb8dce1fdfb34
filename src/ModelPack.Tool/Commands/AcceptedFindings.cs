using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ModelPack.Diagnostics;
using ModelPack.IO;
using ModelPack.Tool.Diagnostics;

namespace ModelPack.Tool.Commands;

/// <summary>The findings of <c>validate</c> that a team has accepted, each with its reason and the last day on which that holds.</summary>
/// <param name="Entries">As the file has them.</param>
internal sealed record AcceptedFindings(ImmutableArray<AcceptedFindings.Entry> Entries)
{
    private const string Shape =
        """{"schema": 1, "accepted": [{"code": "MP2110", "place": "…", "reason": "…", "expires": "2027-01-31"}]}""";

    /// <summary>Nothing is accepted.</summary>
    public static AcceptedFindings None { get; } = new([]);

    /// <exception cref="ModelPackException">MP5007: it is no such file.</exception>
    public static AcceptedFindings Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(
                RegularFile.ReadAllBytes(path), new JsonDocumentOptions { AllowDuplicateProperties = false });
            EnsureKeys(document.RootElement, "schema", "accepted");
            if (document.RootElement.GetProperty("schema").GetInt32() != 1)
            {
                throw new FormatException("its schema is not 1");
            }

            return new([.. document.RootElement.GetProperty("accepted").EnumerateArray().Select(Entry.Read)]);
        }
        catch (Exception exception) when (
            exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ModelPackException(
                ToolErrors.BadBaseline, $"the baseline cannot be read ({exception.Message.TrimEnd('.')}); it looks like {Shape}", exception)
                {
                    FilePath = path,
                };
        }
    }

    // An entry whose place is misspelled would accept every finding of its code.
    private static void EnsureKeys(JsonElement found, params string[] known)
    {
        string? other = found.EnumerateObject().Select(property => property.Name).FirstOrDefault(name => !known.Contains(name));
        if (other is not null)
        {
            throw new FormatException($"there is no key '{SafeText.Shorten(other)}'");
        }
    }

    /// <summary>The entry that accepts a finding today, or null.</summary>
    public Entry? Find(Finding finding, DateOnly today) =>
        Entries.FirstOrDefault(entry => entry.Accepts(finding) && today <= entry.Expires);

    /// <summary>What to say of entries that have no effect any more: they hide the next finding of their kind.</summary>
    public IEnumerable<string> Remarks(IEnumerable<Finding> findings, DateOnly today)
    {
        foreach (Entry entry in Entries)
        {
            string name = entry.Place is null ? entry.Code : $"{entry.Code} {entry.Place}";
            if (today > entry.Expires)
            {
                yield return $"{name}: expired on {entry.Expires:yyyy-MM-dd}; mend the model, or renew the entry";
            }
            else if (!findings.Any(entry.Accepts))
            {
                yield return $"{name}: no such finding any more; remove the entry";
            }
        }
    }

    /// <summary>One accepted finding.</summary>
    /// <param name="Code">Its error code.</param>
    /// <param name="Place">The tensor, key or file that it is about; null for all of them.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Expires">The last day.</param>
    internal sealed record Entry(string Code, string? Place, string Reason, DateOnly Expires)
    {
        public static Entry Read(JsonElement entry)
        {
            EnsureKeys(entry, "code", "place", "reason", "expires");
            string reason = entry.GetProperty("reason").GetString() ?? "";
            if (string.IsNullOrWhiteSpace(reason))
            {
                throw new FormatException("an entry has no reason");
            }

            DateOnly expires = DateOnly.ParseExact(
                entry.GetProperty("expires").GetString() ?? "", "yyyy-MM-dd", CultureInfo.InvariantCulture);
            string? place = entry.TryGetProperty("place", out JsonElement named) ? named.GetString() : null;
            return new(entry.GetProperty("code").GetString() ?? "", place, reason, expires);
        }

        public bool Accepts(Finding finding) => finding.Code.Id == Code && (Place is null || finding.Place == Place);
    }
}
