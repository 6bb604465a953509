using System.Text;
using System.Text.RegularExpressions;

namespace Otedama.Asic;

/// <summary>What an image calls itself, where that contradicts a device: it cannot prove that an image fits, only
/// that it does not. Of every list that has something the device's own must be in it.</summary>
/// <param name="Family">Bitaxe, NerdQAxe, NerdMiner, LuckyMiner; null = it does not say.</param>
/// <param name="Says">Where it is written: project "NerdQAxePlus".</param>
/// <param name="IsOwnWord">It stands in the descriptor, and not only in the program or the file's name.</param>
public sealed record ImageMark(string? Family, string Says, bool IsOwnWord)
{
    /// <summary>Bitaxe's: gamma, supra.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Board numbers: 601.</summary>
    public IReadOnlyList<string> Boards { get; init; } = [];

    /// <summary>BM1370.</summary>
    public IReadOnlyList<string> Chips { get; init; } = [];

    /// <summary>Boards of the NerdQAxe family, each of which has an image of its own: nerdaxe, nerdqaxe++.</summary>
    public IReadOnlyList<string> Nerds { get; init; } = [];

    internal bool SaysSomething => Family is not null || Models.Count + Boards.Count + Chips.Count + Nerds.Count > 0;
}

/// <summary>Reads marks out of what images and devices call themselves. Pure.</summary>
public static partial class ImageMarks
{
    private static readonly (string Word, string Family)[] s_families =
    [
        ("nerdminer", "NerdMiner"), ("nerdqaxe", "NerdQAxe"), ("nerdaxe", "NerdQAxe"), ("nerdoctaxe", "NerdQAxe"),
        ("nerdhaxe", "NerdQAxe"), ("nerdqx", "NerdQAxe"), ("nerdeko", "NerdQAxe"), ("bitaxe", "Bitaxe"),
        ("luckyminer", "LuckyMiner"),
    ];

    /// <summary>Bitaxe's models, as its own settings name them.</summary>
    private static readonly string[] s_models = ["max", "ultra", "hex", "supra", "gamma", "gammaturbo", "suprahex"];

    /// <summary>Bytes behind "nerd" in a program that may be the rest of a board's name.</summary>
    private const int NameMax = 24;

    /// <summary>Places in a program where a name may begin; more of them are not looked at.</summary>
    private const int PlacesMax = 4096;

    /// <summary>Empty = nothing of it names hardware, as "esp-miner" does not.</summary>
    public static IReadOnlyList<ImageMark> Of(string? project, string? version, ReadOnlySpan<byte> program)
    {
        ImageMark own = Read(project, $"project \"{project}\", version \"{version}\"", isOwnWord: true);
        own = own with
        {
            Family = own.Family ?? FamilyOf(version) ?? (own.Models.Count > 0 ? "Bitaxe" : null),
            Nerds = own.Nerds.Count > 0 || NerdOf(version) is not { } nerd ? own.Nerds : [nerd],
        };
        return [.. new[] { own, Inside(program) }.OfType<ImageMark>().Where(static mark => mark.SaysSomething)];
    }

    /// <summary>What a file's name says; versions in it are no boards.</summary>
    public static ImageMark OfName(string name) =>
        Read(VersionWords().Replace(name, "-"), $"the file's name {name}", isOwnWord: false);

    /// <summary>One name for all of a family: NerdAxe and NerdQAxe++ are NerdQAxe; null = none that is known.</summary>
    public static string? FamilyOf(string? text)
    {
        string plain = Plain(text);
        return Array.Find(s_families, one => plain.Contains(one.Word, StringComparison.Ordinal)).Family;
    }

    /// <summary>gamma of "Gamma" and "Bitaxe Gamma", gammaturbo of "gamma-turbo"; null = none of Bitaxe's.</summary>
    public static string? ModelOf(string? text)
    {
        string[] words = Words(text);
        return words.Zip(words.Skip(1), string.Concat).Concat(words).FirstOrDefault(s_models.Contains);
    }

    /// <summary>The board of the NerdQAxe family in one spelling: nerdqaxe++ of "NerdQAxe++" and "NerdQAxePlus2",
    /// nerdoctaxe-gamma of "NerdOCTAXE-Gamma"; null = none.</summary>
    public static string? NerdOf(string? text)
    {
        if (NerdWords().Match(text ?? "") is not { Success: true } found)
        {
            return null;
        }
        string tail = found.Groups["plus"].Value.ToLowerInvariant() switch
        {
            "" => "",
            "plus2" or "plusplus" or "++" => "++",
            "plus" or "+" => "+",
            string other => other,
        };
        return found.Groups["name"].Value.ToLowerInvariant() + (found.Groups["gamma"].Success ? "-gamma" : "") + tail;
    }

    private static ImageMark Read(string? text, string says, bool isOwnWord)
    {
        string[] words = Words(text);
        return new ImageMark(FamilyOf(text), says, isOwnWord)
        {
            Models = NerdOf(text) is null && ModelOf(text) is { } model ? [model] : [],
            Boards = [.. words.Where(static word => word.Length == 3 && word.All(char.IsAsciiDigit))],
            Chips = [.. words.Where(static word => ChipWord().IsMatch(word))
                .Select(static word => word.ToUpperInvariant())],
            Nerds = NerdOf(text) is { } nerd ? [nerd] : [],
        };
    }

    /// <summary>Names of boards that are texts of the program. One program has those of the boards its own is derived
    /// from as well; addresses on the web in it name the family only.</summary>
    private static ImageMark? Inside(ReadOnlySpan<byte> program)
    {
        string? family = null;
        string says = "";
        HashSet<string> nerds = [];
        int at = 0;
        for (int places = 0; places < PlacesMax && program[at..].IndexOf("Nerd"u8) is var next and >= 0; places++)
        {
            at += next;
            string text = Encoding.UTF8.GetString(program.Slice(at, Math.Min(NameMax, program.Length - at)));
            int end = text.IndexOf('\0', StringComparison.Ordinal);
            if (FamilyOf(text) is { } found)
            {
                says = says.Length > 0 ? says : $"its program has \"{NerdWords().Match(text).Value}\" at offset {at}";
                family ??= found;
                if (end > 0 && NerdWords().Match(text[..end]) is { Success: true } whole && whole.Length == end)
                {
                    nerds.Add(NerdOf(text[..end])!);
                }
            }
            at += 4;
        }
        return family is null ? null : new ImageMark(family, says, IsOwnWord: false) { Nerds = [.. nerds] };
    }

    private static string[] Words(string? text) =>
        (text ?? "").ToLowerInvariant()
        .Split(['-', '_', '.', ' ', '/', '(', ')'], StringSplitOptions.RemoveEmptyEntries);

    private static string Plain(string? text) =>
        string.Concat((text ?? "").Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    /// <summary>v2.14.2, and the number of commits behind one: -402-gdeadbeef.</summary>
    [GeneratedRegex(@"v?\d+(\.\d+)+(-\d+-g[0-9a-f]+)?", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex VersionWords();

    [GeneratedRegex(
        @"(?<name>nerd(?:qaxe|octaxe|haxe|axe|qx|eko|miner))[-_ ]?(?<gamma>gamma|γ)?"
        + @"[-_ ]?(?<plus>plus2|plusplus|plus|\++)?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NerdWords();

    [GeneratedRegex("^bm1[0-9]{3}$", RegexOptions.CultureInvariant)]
    private static partial Regex ChipWord();
}
