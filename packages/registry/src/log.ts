/** Where the tables tell what a person should know; a pino logger fits. */
export interface RegistryLog {
  warn(detail: object, message: string): void;
}
