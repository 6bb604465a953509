namespace Otedama.Asic;

/// <summary>What an image calls itself, where that contradicts a device: it cannot prove that an image fits, only
/// that it does not.</summary>
/// <param name="Family">Bitaxe, NerdQAxe, NerdMiner, LuckyMiner; null = it does not say.</param>
/// <param name="Model">gamma, supra, ...; null = it does not say.</param>
/// <param name="Board">A board number such as 601; null = it does not say.</param>
/// <param name="Says">Where it is written: project "NerdQAxePlus".</param>
/// <param name="IsOwnWord">It stands in the descriptor, and not only somewhere in the program.</param>
public sealed record ImageMark(string? Family, string? Model, string? Board, string Says, bool IsOwnWord);

/// <summary>Reads marks out of what images and devices call themselves. Pure.</summary>
public static class ImageMarks
{
    private static readonly (string Word, string Family)[] s_families =
    [
        ("nerdminer", "NerdMiner"), ("nerdqaxe", "NerdQAxe"), ("nerdaxe", "NerdQAxe"), ("nerdoctaxe", "NerdQAxe"),
        ("nerdqx", "NerdQAxe"), ("nerdeko", "NerdQAxe"), ("bitaxe", "Bitaxe"), ("luckyminer", "LuckyMiner"),
    ];

    /// <summary>Bitaxe's models, as its own settings name them.</summary>
    private static readonly string[] s_models = ["max", "ultra", "hex", "supra", "gamma", "gammaturbo", "suprahex"];

    /// <summary>Words of a program that only one family's program has; ESP-Miner itself names none of these.</summary>
    private static readonly byte[][] s_inside =
        [[.. "NerdQAxe"u8], [.. "NerdAxe"u8], [.. "NerdOCTAXE"u8], [.. "NerdMiner"u8]];

    /// <summary>Null = nothing of it names hardware, as "esp-miner" does not.</summary>
    public static ImageMark? Of(string? project, string? version, ReadOnlySpan<byte> program)
    {
        string? family = FamilyOf(project) ?? FamilyOf(version);
        string[] words = Words(project);
        string? model = Array.Find(words, static word => s_models.Contains(word));
        string? board = Array.Find(words, static word => word.Length is 3 or 4 && word.All(char.IsAsciiDigit));
        if (family is not null || model is not null || board is not null)
        {
            return new ImageMark(family ?? (model is null ? null : "Bitaxe"), model, board,
                $"project \"{project}\", version \"{version}\"", IsOwnWord: true);
        }
        foreach (byte[] word in s_inside)
        {
            if (program.IndexOf(word) is var at and >= 0)
            {
                string name = System.Text.Encoding.ASCII.GetString(word);
                return new ImageMark(FamilyOf(name), null, null, $"its program has \"{name}\" at offset {at}",
                    IsOwnWord: false);
            }
        }
        return null;
    }

    /// <summary>One name for all of a family: NerdAxe and NerdQAxe++ are NerdQAxe; null = none that is known.</summary>
    public static string? FamilyOf(string? text)
    {
        string plain = Plain(text);
        return Array.Find(s_families, one => plain.Contains(one.Word, StringComparison.Ordinal)).Family;
    }

    /// <summary>gamma of "Gamma" and "Bitaxe Gamma"; null = none of Bitaxe's.</summary>
    public static string? ModelOf(string? text) =>
        s_models.Contains(Plain(text)) ? Plain(text) : Array.Find(Words(text), static word => s_models.Contains(word));

    private static string[] Words(string? text) =>
        (text ?? "").ToLowerInvariant().Split(['-', '_', '.', ' ', '/'], StringSplitOptions.RemoveEmptyEntries);

    private static string Plain(string? text) =>
        string.Concat((text ?? "").Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
}
