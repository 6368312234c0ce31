// Pieces of recordings, kept by the browser until the server has made a take of them: they outlive a lost
// connection, a reload and a crash. Where nothing can be stored they are kept in memory.

const PIECES = "pieces";
const RECORDINGS = "recordings";

class PieceStore {
  constructor() {
    this.memory = { [PIECES]: new Map(), [RECORDINGS]: new Map() };
    this.opened = new Promise((resolve) => {
      try {
        const asked = indexedDB.open("dailies.recordings", 1);
        asked.onupgradeneeded = () => [PIECES, RECORDINGS].forEach((name) => asked.result.createObjectStore(name));
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = asked.onblocked = () => resolve(null);
      } catch {
        resolve(null);
      }
    });
  }

  async put(name, key, value) {
    this.memory[name].set(key, value);
    try {
      await this.act(name, "readwrite", (store) => store.put(value, key));
      if (name === PIECES) this.memory[name].delete(key); // minutes of film stay out of memory
    } catch {
      // no room in the browser: the memory has it
    }
  }

  async get(name, key) {
    return this.memory[name].get(key) ?? (await this.act(name, "readonly", (store) => store.get(key)).catch(() => undefined));
  }

  async remove(name, key) {
    this.memory[name].delete(key);
    await this.act(name, "readwrite", (store) => store.delete(key)).catch(() => {});
  }

  async every(name) {
    const stored = (await this.act(name, "readonly", (store) => store.getAll()).catch(() => null)) ?? [];
    const keys = new Set(stored.map((value) => value.key));
    return [...stored, ...[...this.memory[name].values()].filter((value) => !keys.has(value.key))];
  }

  async act(name, mode, ask) {
    const database = await this.opened;
    if (!database) return undefined;
    return new Promise((resolve, reject) => {
      const turn = database.transaction(name, mode);
      const asked = ask(turn.objectStore(name));
      turn.oncomplete = () => resolve(asked.result);
      turn.onerror = turn.onabort = () => reject(turn.error);
    });
  }

  piece(key, index) {
    return this.get(PIECES, `${key}:${index}`);
  }

  keepPiece(key, index, blob) {
    return this.put(PIECES, `${key}:${index}`, blob);
  }

  keepRecording(recording) {
    return this.put(RECORDINGS, recording.key, recording);
  }

  recordings() {
    return this.every(RECORDINGS);
  }

  async drop(recording) {
    for (let index = 0; index < recording.pieces; index += 1) await this.remove(PIECES, `${recording.key}:${index}`);
    await this.remove(RECORDINGS, recording.key);
  }
}
