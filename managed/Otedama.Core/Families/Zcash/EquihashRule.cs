namespace Otedama.Core;

/// <summary>Which Equihash a chain uses.</summary>
/// <param name="Personal">Personalisation, at most 8 ASCII characters.</param>
/// <param name="Twist">ZelHash's running sums over groups of 16 hashes; 125,4 only.</param>
public sealed record EquihashRule(int N, int K, string Personal, bool Twist)
{
    public static EquihashRule ZelHash => new(125, 4, "ZelProof", Twist: true);

    /// <summary>Bytes of a solution: 2^k indices of n / (k + 1) + 1 bits.</summary>
    public int SolutionLength => (1 << K) * ((N / (K + 1)) + 1) / 8;

    /// <summary>
    /// Solutions to be expected per nonce: two by counting trees against conditions, less those whose leaves repeat. Each is
    /// one hash of proof of work.
    /// </summary>
    public double SolutionsPerNonce => 2 * Math.Exp(-Math.Pow(2, (2 * K) - (N / (K + 1)) - 2));

    /// <summary>Whether this program's own rig can search it; all sets are checked for other miners.</summary>
    public bool IsSolved => (N, K) is not ((200, 9) or (192, 7));

    /// <summary>"125,4", with the personalisation where it is not the parameters' usual one.</summary>
    public override string ToString() => Personal == UsualPersonal(N) ? $"{N},{K}" : $"{N},{K} {Personal}";

    public static string UsualPersonal(int n) => n == 125 ? "ZelProof" : "ZcashPoW";

    /// <summary>
    /// Reads "N,K" or "N,K,PERSONAL". problem names what is wrong and what is allowed when null is returned.
    /// </summary>
    public static EquihashRule? Parse(string text, out string problem)
    {
        string[] parts = text.Split(',');
        problem = "";
        if (parts.Length is not (2 or 3) || !int.TryParse(parts[0], out int n) || !int.TryParse(parts[1], out int k)
            || Array.IndexOf(s_known, (n, k)) < 0)
        {
            problem = $"\"{Hex.Shorten(text)}\" is not N,K or N,K,PERSONAL with N,K one of {string.Join(" ", s_known.Select(pair => $"{pair.Item1},{pair.Item2}"))}";
            return null;
        }
        string personal = parts.Length == 3 ? parts[2] : UsualPersonal(n);
        if (personal.Length is 0 or > 8 || !personal.All(char.IsAscii))
        {
            problem = $"personalisation \"{Hex.Shorten(personal)}\" has to have 1 to 8 ASCII characters";
            return null;
        }
        return new EquihashRule(n, k, personal, Twist: n == 125);
    }

    private static readonly (int, int)[] s_known = [(200, 9), (192, 7), (144, 5), (125, 4), (96, 5), (48, 5)];
}
