/** Express 4, under another name beside Express 5, whose types are near enough. */
declare module 'express4' {
  import express from 'express';

  export default express;
}
