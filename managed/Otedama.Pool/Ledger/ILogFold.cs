namespace Otedama.Pool;

/// <summary>What a log is replayed into, and what of it can be kept so that a replay need not begin at the beginning.</summary>
public interface ILogFold
{
    void Apply(LogRecord record);

    /// <summary>Everything applied so far. The same records give the same bytes.</summary>
    void Save(Stream stream);

    /// <summary>Becomes what was saved, or throws LogException and stays as it was.</summary>
    void Load(Stream stream);
}
