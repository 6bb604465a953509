namespace Otedama.Asic;

/// <summary>The drive a UF2 loader shows. Throws IOException.</summary>
public interface IUf2Drive
{
    /// <summary>Where it is mounted.</summary>
    string Path { get; }

    /// <summary>INFO_UF2.TXT, or null when no such drive is there now.</summary>
    string? Info();

    /// <summary>Writes the file and waits until the drive has it. The drive may go away during the last of
    /// it.</summary>
    /// <param name="written">Told the bytes handed over so far.</param>
    void Write(string name, ReadOnlySpan<byte> bytes, Action<long> written);
}
